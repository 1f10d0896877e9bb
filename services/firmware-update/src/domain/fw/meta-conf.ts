// Reads meta.conf, which is in libconfuse syntax (nerveshub.md 5.5). Knows no meaning of any option.
import { type BadText, type Token, tokensOf } from './conf-tokens.js';
import { type Refusal, refuse } from './refusal.js';

/** A part of meta.conf: options with one value or a list, and the sections in it. Of an option set twice the last counts. */
export interface Section {
  /** `file-resource`, `task`; empty for the whole file. */
  readonly name: string;
  /** What stands after the name; empty for none. */
  readonly title: string;
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly sections: readonly Section[];
}

// fwup nests two deep; deeper is no firmware, and recursion has a bound.
const MAX_DEPTH = 8;

/** The whole file, or why it cannot be read: `meta_conf_syntax`. */
export function parseMetaConf(text: string): Section | Refusal {
  const tokens = tokensOf(text);
  if ('badLine' in tokens) return syntax(tokens);
  const reader = new Reader(tokens);
  const section = reader.section('', '', 0);
  return section ?? syntax({ badLine: reader.line });
}

function syntax({ badLine }: BadText): Refusal {
  return refuse('meta_conf_syntax', `line ${badLine} of meta.conf cannot be read`);
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Of the last mark. */
  line = 1;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Up to its closing brace, which the whole file has none of. Undefined for what is no section. */
  section(name: string, title: string, depth: number): Section | undefined {
    const options = new Map<string, readonly string[]>();
    const sections: Section[] = [];
    for (;;) {
      const token = this.#next();
      if (token === undefined) return depth === 0 ? { name, title, options, sections } : undefined;
      if (token.kind === '}') return depth > 0 ? { name, title, options, sections } : undefined;
      if (token.kind !== 'word' || depth > MAX_DEPTH) return undefined;
      const after = this.#next();
      if (after?.kind === '=' || after?.kind === '+=') {
        const values = this.#values();
        if (values === undefined) return undefined;
        const before = after.kind === '+=' ? (options.get(token.text) ?? []) : [];
        options.set(token.text, [...before, ...values]);
        continue;
      }
      const titled = after?.kind === 'word';
      if (titled && this.#next()?.kind !== '{') return undefined;
      if (!titled && after?.kind !== '{') return undefined;
      const inner = this.section(token.text, titled ? after.text : '', depth + 1);
      if (inner === undefined) return undefined;
      sections.push(inner);
    }
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at++];
    if (token !== undefined && token.kind !== 'word') this.line = token.line;
    return token;
  }

  /** One value, or those between braces. */
  #values(): string[] | undefined {
    const first = this.#next();
    if (first?.kind === 'word') return [first.text];
    if (first?.kind !== '{') return undefined;
    const values: string[] = [];
    for (;;) {
      const token = this.#next();
      if (token?.kind === '}') return values;
      if (token?.kind !== 'word') return undefined;
      values.push(token.text);
      const after = this.#next();
      if (after?.kind === '}') return values;
      if (after?.kind !== ',') return undefined;
    }
  }
}
