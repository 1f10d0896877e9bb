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

/** At most `maxLines` lines, none wider than `width` unless a single character is. Words that are longer are cut. */
export function wrapped(text: string, width: number, measure: Measure, maxLines: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    if (lines.length >= maxLines) break;
    wrapParagraph(paragraph, width, measure, maxLines, lines);
  }
  return lines.slice(0, maxLines);
}

function wrapParagraph(
  paragraph: string,
  width: number,
  measure: Measure,
  maxLines: number,
  lines: string[],
): void {
  let line = '';
  // Spaces stay with the word before them, and hang over at the end of a line.
  for (const word of paragraph.match(/ *[^ ]+ */g) ?? []) {
    if (lines.length >= maxLines) return;
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
  let part = '';
  for (const { segment } of graphemes.segment(word)) {
    if (part !== '' && measure(part + segment) > width) {
      lines.push(part);
      part = '';
    }
    part += segment;
  }
  return `${part} `;
}
