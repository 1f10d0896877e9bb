// Ranges as clients write them, right and wrong, and validators (RFC 9110, 13 and 14).
import { describe, expect, it } from 'vitest';
import { isKnown, rangeHolds, spanOf } from './byte-range.js';

const to = (from: number, end: number) => ({ from, to: end });

describe('a range of 1 000 bytes', () => {
  it.each([
    [undefined, 'whole'],
    ['', 'whole'],
    ['bytes=0-', to(0, 1_000)],
    ['bytes=500-', to(500, 1_000)],
    ['bytes=0-0', to(0, 1)],
    ['bytes=0-499', to(0, 500)],
    ['bytes=999-999', to(999, 1_000)],
    ['bytes=999-5000', to(999, 1_000)],
    ['bytes=0-99999999999999999999', to(0, 1_000)],
    [' BYTES = 5-6 ', to(5, 7)],
    ['bytes=-1', to(999, 1_000)],
    ['bytes=-1000', to(0, 1_000)],
    ['bytes=-99999', to(0, 1_000)],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=1000-1001', 'unsatisfiable'],
    ['bytes=99999999999999999999-', 'unsatisfiable'],
    ['bytes=2-1', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=a-b', 'whole'],
    ['bytes=1-2,5-6', 'whole'],
    ['items=1-2', 'whole'],
    ['bytes=1-2x', 'whole'],
    ['bytes=+1-2', 'whole'],
  ])('%j is %j', (header, span) => {
    expect(spanOf(header, 1_000)).toEqual(span);
  });
});

describe('validators', () => {
  const now = { etag: '"abc"', lastModified: 'Tue, 14 Nov 2023 22:13:20 GMT' };

  it.each([
    [undefined, true],
    ['"abc"', true],
    [' "abc" ', true],
    [now.lastModified, true],
    ['"abd"', false],
    // A weak tag does not promise the same bytes.
    ['W/"abc"', false],
    ['Tue, 14 Nov 2023 22:13:21 GMT', false],
    ['abc', false],
  ])('hold a range under If-Range %j: %j', (header, holds) => {
    expect(rangeHolds(header, now)).toBe(holds);
  });

  it.each([
    [undefined, false],
    ['"abc"', true],
    ['W/"abc"', true],
    ['"x", "abc"', true],
    ['*', true],
    ['"x"', false],
    ['', false],
  ])('know If-None-Match %j: %j', (header, known) => {
    expect(isKnown(header, now)).toBe(known);
  });
});
