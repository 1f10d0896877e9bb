// Times in and out.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { toTime } from '../domain/time.js';
import { fromTime, rangeOf } from './span.js';

const invalid = (error: unknown) => isFault(error, 'invalid');

function thrown(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('times', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [1_700_000_000_123.9, '2023-11-14T22:13:20.123Z'],
  ])('writes %d as %s', (epochMs, text) => expect(toTime(epochMs)).toBe(text));

  it.each([
    ['2023-11-14T22:13:20.123Z', 1_700_000_000_123],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['2023-11-15T00:13:20.5+02:00', 1_700_000_000_500],
  ])('reads %s', (text, epochMs) => expect(fromTime(text, 'from')).toBe(epochMs));

  it.each([
    '',
    'now',
    '1700000000',
    '2023-11-14',
    '2023-11-14T22:13:20',
    '2023-13-14T22:13:20Z',
    'Tue Nov 14 2023',
  ])('refuses %j', (text) => {
    const error = thrown(() => fromTime(text, 'from'));
    expect(invalid(error)).toBe(true);
    expect(error).toMatchObject({ details: [{ field: 'from' }] });
  });
});

describe('spans', () => {
  it('end now and last as long as is usual', () => {
    expect(rangeOf({}, 10_000, 4_000)).toEqual({ fromMs: 6_000, toMs: 10_000 });
    expect(rangeOf({ to: '1970-01-01T00:00:05Z' }, 10_000, 4_000)).toEqual({ fromMs: 1_000, toMs: 5_000 });
    expect(rangeOf({}, 1_000, 4_000)).toEqual({ fromMs: 0, toMs: 1_000 });
  });

  it('must not be empty or run backwards', () => {
    const at = '2023-11-14T22:13:20Z';
    expect(invalid(thrown(() => rangeOf({ from: at, to: at }, 0, 1)))).toBe(true);
  });
});
