// Lines of CSV and names of files.
import { describe, expect, it } from 'vitest';
import { csvLine, fileName } from './csv.js';

describe('csv', () => {
  it.each([
    [['a', 1.5, 'b'], 'a,1.5,b\r\n'],
    [['a,b', 'say "x"', 'line\nbreak'], '"a,b","say ""x""","line\nbreak"\r\n'],
    [['', 0], ',0\r\n'],
  ])('%j', (fields, line) => expect(csvLine(fields)).toBe(line));

  it('makes file names that no header trips over', () => {
    expect(fileName('000d6f000273ce0b-readings', 'csv')).toBe('000d6f000273ce0b-readings.csv');
    expect(fileName('a"b\r\n/../c', 'csv')).toBe('a-b-..-c.csv');
    expect(fileName('', 'ndjson')).toBe('readings.ndjson');
    expect(fileName('x'.repeat(500), 'csv')).toHaveLength(104);
  });
});
