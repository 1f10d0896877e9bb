// When alarms begin and end: tables for each condition, and what holds for any readings at all.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dueMs,
  fallSilent,
  initialState,
  step,
  type Terms,
  underOtherTerms,
  type WatchState,
} from './alarm-step.js';

const MINUTE_MS = 60_000;
const T0 = Date.UTC(2026, 0, 1);
const LATER = T0 + 365 * 86_400_000;

const above = (more: Partial<Terms> = {}): Terms => ({
  condition: 'above',
  threshold: 100,
  forS: 0,
  hysteresis: 0,
  ...more,
});

/** Takes values a minute apart, each covering its minute; `+` where one raises, `-` where one clears, else `.`. */
function story(terms: Terms, values: readonly (number | undefined)[], from = initialState(terms)): string {
  let state: WatchState = from;
  return values
    .map((value, minute) => {
      if (value === undefined) return ' ';
      const reading = { timeMs: T0 + minute * MINUTE_MS, value, intervalS: 60 };
      const taken = step(terms, state, reading, LATER);
      state = taken.state;
      return { raised: '+', cleared: '-', none: '.' }[taken.change ?? 'none'];
    })
    .join('');
}

describe('above', () => {
  it.each([
    ['at once, when it need not last', above(), [1, 101, 200, 1, 101], '.+.-+'],
    ['not at the threshold', above(), [100, 100.1, 100], '.+-'],
    ['after three minutes of it', above({ forS: 180 }), [1, 101, 101, 101, 101, 1], '...+.-'],
    ['at once by one reading that covers enough', above({ forS: 60 }), [101], '+'],
    ['anew after a dip', above({ forS: 180 }), [101, 101, 1, 101, 101, 101], '.....+'],
    [
      'anew after a dip into the hysteresis',
      above({ forS: 120, hysteresis: 20 }),
      [101, 90, 101, 101],
      '...+',
    ],
    ['until it is back across the hysteresis', above({ hysteresis: 20 }), [101, 90, 81, 80, 101], '+..-+'],
    [
      'not by time that nothing tells of',
      above({ forS: 600 }),
      [
        101,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        101,
        101,
      ],
      '.         ..',
    ],
    ['past one reading that is missing', above({ forS: 180 }), [101, undefined, 101], '. +'],
  ] as const)('is raised %s', (_, terms, values, expected) => {
    expect(story(terms, values)).toBe(expected);
  });

  it('trusts two moments for what lies between them', () => {
    const terms = above({ forS: 600 });
    const first = step(terms, initialState(terms), { timeMs: T0, value: 101, intervalS: 0 }, LATER);
    const reading = { timeMs: T0 + 3_600_000, value: 101, intervalS: 0 };
    expect(step(terms, first.state, reading, LATER).change).toBe('raised');
  });

  it('takes nothing from before the last reading for evidence', () => {
    const terms = above({ forS: 60 });
    const low = step(terms, initialState(terms), { timeMs: T0, value: 1, intervalS: 60 }, LATER);
    const soon = step(terms, low.state, { timeMs: T0 + 10_000, value: 101, intervalS: 60 }, LATER);
    expect(soon.state.sinceMs).toBe(T0);
    expect(soon.change).toBeUndefined();
  });
});

describe('below', () => {
  const terms: Terms = { condition: 'below', threshold: 5, forS: 120, hysteresis: 5 };
  it.each([
    ['never for what never ran', [0, 0, 1, 0, 0, 0], '......'],
    ['once for each run', [0, 500, 500, 1, 1, 1, 1, 1, 1, 800, 1, 1], '....+....-.+'],
    ['not for what only came near', [9, 1, 1, 1], '....'],
    ['not after a pause that was short', [500, 1, 500, 1, 1], '....+'],
  ] as const)('is raised %s', (_, values, expected) => {
    expect(story(terms, values)).toBe(expected);
  });
});

describe('an alarm cleared by hand', () => {
  it('comes again only after the condition has gone', () => {
    const open = step(above(), initialState(above()), { timeMs: T0 - 1, value: 101, intervalS: 0 }, LATER);
    const cleared = { ...open.state, open: false, armed: false };
    expect(story(above(), [101, 101, 1, 101], cleared)).toBe('...+');
  });
});

describe('silence', () => {
  const terms: Terms = { condition: 'silence', threshold: 0, forS: 60, hysteresis: 0 };
  const heard = { ...initialState(terms), lastMs: T0 };

  it('is never due before anything was heard, nor while its alarm is open', () => {
    expect(dueMs(terms, initialState(terms))).toBeUndefined();
    expect(dueMs(terms, heard)).toBe(T0 + 60_000);
    const { state, change } = fallSilent(terms, heard, T0 + 60_000);
    expect([change, state.open, dueMs(terms, state)]).toEqual(['raised', true, undefined]);
  });

  it('is not raised before its time', () => {
    expect(fallSilent(terms, heard, T0 + 59_999)).toEqual({ state: heard });
  });

  it('ends with the next reading', () => {
    const { state } = fallSilent(terms, heard, T0 + 60_000);
    const reading = { timeMs: T0 + 90_000, value: 7, intervalS: 60 };
    const taken = step(terms, state, reading, T0 + 90_500);
    expect([taken.change, dueMs(terms, taken.state)]).toEqual(['cleared', T0 + 150_000]);
  });

  it('does not end with what the device had kept from long ago', () => {
    const { state } = fallSilent(terms, heard, T0 + 3_600_000);
    const old = step(terms, state, { timeMs: T0 + 90_000, value: 7, intervalS: 60 }, T0 + 3_600_000);
    expect([old.change, dueMs(terms, old.state)]).toEqual([undefined, undefined]);
    const fresh = { timeMs: T0 + 3_599_000, value: 7, intervalS: 60 };
    expect(step(terms, old.state, fresh, T0 + 3_600_000).change).toBe('cleared');
  });
});

describe('other terms', () => {
  it('forget since when the condition held, and leave an open alarm open', () => {
    const held = { ...initialState(above()), sinceMs: T0, lastMs: T0 };
    expect(underOtherTerms(above(), held)).toEqual({ ...held, sinceMs: undefined });
    const open = { ...held, armed: false, open: true };
    expect(underOtherTerms(above(), open)).toMatchObject({ armed: false, open: true });
    const below: Terms = { condition: 'below', threshold: 5, forS: 0, hysteresis: 0 };
    expect(underOtherTerms(below, { ...held, armed: true }).armed).toBe(false);
  });
});

const anyTerms: fc.Arbitrary<Terms> = fc.record({
  condition: fc.constantFrom('above', 'below'),
  threshold: fc.integer({ min: -5, max: 5 }),
  forS: fc.integer({ min: 0, max: 300 }),
  hysteresis: fc.integer({ min: 0, max: 3 }),
});
const anyReading = fc.record({
  timeMs: fc.integer({ min: T0, max: T0 + 3_600_000 }),
  value: fc.integer({ min: -10, max: 10 }),
  intervalS: fc.constantFrom(0, 10, 60),
});

describe('whatever is read', () => {
  it('raises and clears by turns, and an alarm is open exactly in between', () => {
    fc.assert(
      fc.property(anyTerms, fc.array(anyReading, { maxLength: 60 }), (terms, readings) => {
        let state = initialState(terms);
        let open = false;
        for (const reading of readings) {
          const taken = step(terms, state, reading, LATER);
          if (taken.change !== undefined) expect(taken.change).toBe(open ? 'cleared' : 'raised');
          if (taken.change !== undefined) open = !open;
          state = taken.state;
          expect(state.open).toBe(open);
          expect(state.open && state.armed).toBe(false);
        }
      }),
    );
  });

  it('raises only what held at every reading for long enough, and what finishes only after it was up', () => {
    fc.assert(
      fc.property(anyTerms, fc.array(anyReading, { maxLength: 60 }), (terms, given) => {
        const readings = [...new Map(given.map((each) => [each.timeMs, each])).values()];
        readings.sort((a, b) => a.timeMs - b.timeMs);
        const holds = (value: number) =>
          terms.condition === 'above' ? value > terms.threshold : value < terms.threshold;
        let state = initialState(terms);
        for (const [index, reading] of readings.entries()) {
          const taken = step(terms, state, reading, LATER);
          state = taken.state;
          if (taken.change !== 'raised') continue;
          const run: typeof readings = [];
          for (let i = index; i >= 0 && holds(readings[i]?.value ?? Number.NaN); i--)
            run.unshift(readings[i] ?? reading);
          const [first = reading] = run;
          const spanMs = reading.timeMs - (first.timeMs - first.intervalS * 1000);
          expect(spanMs).toBeGreaterThanOrEqual(terms.forS * 1000);
          if (terms.condition === 'below') {
            const up = terms.threshold + terms.hysteresis;
            expect(readings.slice(0, index).some(({ value }) => value >= up)).toBe(true);
          }
        }
      }),
    );
  });

  it('is changed by no reading that is not newer, or lies in the future', () => {
    fc.assert(
      fc.property(anyTerms, anyReading, anyReading, (terms, first, second) => {
        const { state } = step(terms, initialState(terms), first, LATER);
        const older = { ...second, timeMs: Math.min(second.timeMs, first.timeMs) };
        expect(step(terms, state, older, LATER)).toEqual({ state });
        const ahead = { ...second, timeMs: LATER + 300_001 };
        expect(step(terms, state, ahead, LATER)).toEqual({ state });
      }),
    );
  });
});
