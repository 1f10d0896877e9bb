// The last lines that a terminal showed, for whoever comes next.

/** As many lines as the reference keeps (nerveshub.md 3.6), and a bound on what they hold, in UTF-16 units. */
export const MAX_LINES = 1024;
export const MAX_CHARS = 64 * 1024;
/** Pieces after which the text is made one again: joined text remembers its pieces. */
const MAX_PIECES = 256;

export interface Scrollback {
  readonly text: string;
  readonly pieces: number;
}

export const nothingShown: Scrollback = { text: '', pieces: 0 };

/** Remembers what was shown; what is too old is let go, at twice the bounds at the latest. */
export function remember({ text, pieces }: Scrollback, data: string): Scrollback {
  const next = text + data;
  if (next.length <= 2 * MAX_CHARS && pieces < MAX_PIECES) return { text: next, pieces: pieces + 1 };
  // A round trip through bytes, since a slice of a joined text keeps all of it.
  return { text: Buffer.from(lastLines(next), 'utf16le').toString('utf16le'), pieces: 0 };
}

/** At most 1024 lines, the newest, beginning with a whole line where there is more than fits. */
export function lastLines(text: string): string {
  let kept = text.slice(-MAX_CHARS);
  if (kept.length < text.length) {
    const lineEnd = kept.indexOf('\n');
    kept = kept.slice(lineEnd + 1);
  }
  let at = kept.length;
  for (let lines = 0; lines < MAX_LINES; lines++) {
    const before = kept.lastIndexOf('\n', at - 1);
    if (before < 0 || at === 0) return kept;
    at = before;
  }
  return kept.slice(at + 1);
}
