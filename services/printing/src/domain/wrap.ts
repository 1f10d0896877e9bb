// Breaks text into lines that fit.

/** Width of a text in dots. */
export type Measure = (text: string) => number;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const TAB = '    ';
// C0 without tab and line feed, DEL and C1: nothing that can be seen.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What there is to be seen of a text: line ends made one, tabs made spaces, nothing at its end. */
export function visible(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\t', TAB).replace(CONTROL, '').trimEnd();
}

/** Lines of which none is wider than `width` unless a single character is. Words that are longer are cut. */
export function wrapped(text: string, width: number, measure: Measure): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) wrapParagraph(paragraph, width, measure, lines);
  return lines;
}

function wrapParagraph(paragraph: string, width: number, measure: Measure, lines: string[]): void {
  let line = '';
  // Spaces stay with the word before them, and hang over at the end of a line.
  // Without spaces at the end of the paragraph the pattern never looks at one of them twice.
  for (const word of paragraph.trimEnd().match(/ *[^ ]+ */g) ?? []) {
    if (measure(`${line}${word}`.trimEnd()) <= width) {
      line += word;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = measure(word.trimEnd()) <= width ? word.trimStart() : cutWord(word.trim(), width, measure, lines);
  }
  lines.push(line.trimEnd());
}

/** Pushes all of a long word but its last part, which is returned with the space that followed. */
function cutWord(word: string, width: number, measure: Measure, lines: string[]): string {
  const characters = Array.from(graphemes.segment(word), ({ segment }) => segment);
  let from = 0;
  let fitting = 1;
  for (;;) {
    const rest = characters.length - from;
    const part = (count: number): string => characters.slice(from, from + count).join('');
    fitting = mostThatFit(rest, fitting, (count) => measure(part(count)) <= width);
    if (fitting >= rest) return `${part(rest)} `;
    lines.push(part(fitting));
    from += fitting;
  }
}

/** The most of `count` that fit, at least one; found in two looks where it is as many as `guess`. */
function mostThatFit(count: number, guess: number, fits: (count: number) => boolean): number {
  const guesses = [guess + 1, guess];
  let low = 1;
  let tooMany = count + 1;
  while (tooMany - low > 1) {
    const unbounded = tooMany > count;
    const next = guesses.shift() ?? (unbounded ? Math.min(count, low * 2) : (low + tooMany) >> 1);
    if (next <= low || next >= tooMany) continue;
    if (fits(next)) low = next;
    else tooMany = next;
  }
  return low;
}
