// Splits text in libconfuse syntax into tokens: words, quoted or not, and marks. Total: text that is none is told as such.

/** A word carries its value; a mark is what it is. */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: '=' | '+=' | '{' | '}' | ','; readonly line: number };

/** Text that is not in this syntax, and where. */
export interface BadText {
  readonly badLine: number;
}

const SPACE = /[ \t\r\f\v]+/y;
const COMMENT = /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\//y;
const MARK = /\+=|[={},]/y;
// A plus sign stands in versions; it is a mark only before an equals sign.
const BARE = /(?:[^\s"'={}(),+#\\\p{Cc}]|\+(?!=))(?:[^\s"'={}(),+\\\p{Cc}]|\+(?!=))*/uy;
const DOUBLE = /"((?:[^"\\]|\\[\s\S])*)"/y;
const SINGLE = /'((?:[^'\\]|\\[\s\S])*)'/y;
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([\s\S]))/g;

const NAMED: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', b: '\b', r: '\r', f: '\f', a: '\x07', e: '\x1b', v: '\v', '\n': '' },
};

/** The tokens of `text`, or the line of what is none. */
export function tokensOf(text: string): readonly Token[] | BadText {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found === undefined) return undefined;
    at += found[0].length;
    line += found[0].split('\n').length - 1;
    return found;
  };
  while (at < text.length) {
    if (text[at] === '\n') {
      at++;
      line++;
      continue;
    }
    if (take(SPACE) !== undefined || take(COMMENT) !== undefined) continue;
    // Its end is missing: looked for once, and not again at every word that follows.
    if (text.startsWith('/*', at)) return { badLine: line };
    const mark = take(MARK)?.[0];
    if (mark !== undefined) {
      tokens.push({ kind: mark as '=' | '+=' | '{' | '}' | ',', line });
      continue;
    }
    const word = take(BARE)?.[0] ?? doubled(take(DOUBLE)?.[1]) ?? single(take(SINGLE)?.[1]);
    // No value holds a NUL, where programs in C would stop reading it.
    if (word === undefined || word.includes('\0')) return { badLine: line };
    tokens.push({ kind: 'word', text: word });
  }
  return tokens;
}

function doubled(inner: string | undefined): string | undefined {
  return inner?.replace(ESCAPE, (_whole, octal?: string, hex?: string, other?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return NAMED[other ?? ''] ?? other ?? '';
  });
}

/** Between apostrophes only the apostrophe and the backslash are escaped. */
function single(inner: string | undefined): string | undefined {
  return inner?.replace(/\\(['\\])/g, '$1');
}
