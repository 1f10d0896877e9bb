// What a terminal showed last: as many lines as fit, whole ones, however they came.
import { describe, expect, it } from 'vitest';
import { lastLines, MAX_CHARS, MAX_LINES, nothingShown, remember } from './scrollback.js';

const shown = (pieces: readonly string[]): string => lastLines(pieces.reduce(remember, nothingShown).text);
const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n}\r\n`);

describe('the scrollback', () => {
  it('is everything while it fits', () => {
    expect(shown([])).toBe('');
    expect(shown(['a', '\n', '\nb'])).toBe('a\n\nb');
    expect(shown(lines(MAX_LINES))).toBe(lines(MAX_LINES).slice(1).join(''));
  });

  it('is the last 1024 lines of more, the one being written included', () => {
    const all = lines(5000);
    expect(shown([...all, 'iex> ']).split('\n')).toHaveLength(MAX_LINES);
    expect(shown([...all, 'iex> '])).toBe(`${all.slice(-MAX_LINES + 1).join('')}iex> `);
  });

  it('is bounded in characters, and begins with a whole line', () => {
    const long = shown(Array.from({ length: 300 }, (_, n) => `${n} ${'x'.repeat(1000)}\n`));
    expect(long.length).toBeLessThanOrEqual(MAX_CHARS);
    expect(long).toMatch(/^\d+ x/);
    expect(shown(['y'.repeat(3 * MAX_CHARS)])).toHaveLength(MAX_CHARS);
  });

  it('never holds more than twice its bound', () => {
    let kept = nothingShown;
    for (let n = 0; n < 2000; n++) {
      kept = remember(kept, 'z'.repeat(500));
      expect(kept.text.length).toBeLessThanOrEqual(2 * MAX_CHARS);
    }
  });
});
