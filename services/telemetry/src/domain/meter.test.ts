// What a counter shows, through resets, dips, spikes, gaps and readings that come late.
import { describe, expect, it } from 'vitest';
import { type CounterReading, follow, type Increment, type MeterState } from './meter.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

function run(readings: readonly CounterReading[]): {
  state: MeterState | undefined;
  increments: Increment[];
} {
  let state: MeterState | undefined;
  const increments: Increment[] = [];
  for (const reading of readings) {
    const followed = follow(state, reading);
    state = followed.state;
    if (followed.increment !== undefined) increments.push(followed.increment);
  }
  return { state, increments };
}

/** Readings a minute apart. */
const minutes = (...counter: number[]) => counter.map((wh, minute) => ({ timeMs: minute * MINUTE_MS, wh }));
const total = (increments: readonly Increment[]) => increments.reduce((sum, { wh }) => sum + wh, 0);

describe('a counter', () => {
  it.each<[string, number[], number]>([
    ['that is read once shows nothing', [5000], 0],
    ['that counts', [5000, 5001, 5003], 3],
    ['that stands still', [5000, 5000, 5000], 0],
    ['that drops goes on from there once that is sure', [5000, 5001, 0, 1, 2, 4], 5],
    ['that is at zero for a moment', [5000, 0, 5010], 10],
    ['that is at zero for two moments', [5000, 0, 0, 5010], 10],
    ['that is at zero for three was set to zero', [5000, 0, 0, 0, 5], 5],
    ['that dips a little', [5000, 4999, 5001], 1],
    ['that jumps up for a moment', [5000, 99_999, 5010], 10],
    ['that jumps up and stays there', [5000, 99_000, 99_010, 99_020, 99_030], 30],
    ['that falls from a jump that was believed', [5000, 90_000, 90_001, 90_002, 5010, 5011, 5012], 4],
    ['that jumps about', [5000, 0, 90_000, 3, 70_000, 5005], 5],
    ['that shows less than nothing', [5000, -1, 5001], 1],
    ['that counts as fast as a plug can carry', [0, 76, 153, 230], 230],
  ])('%s', (_what, counter, expected) => {
    expect(total(run(minutes(...counter)).increments)).toBe(expected);
  });

  it('is believed after ten minutes with two readings', () => {
    const at = (minute: number, wh: number) => ({ timeMs: minute * MINUTE_MS, wh });
    expect(total(run([at(0, 5000), at(15, 0), at(29, 7)]).increments)).toBe(7);
    expect(total(run([at(0, 5000), at(15, 0), at(24, 7)]).increments)).toBe(0);
  });

  it('that was not read for a while used its energy at some time in between', () => {
    const { increments } = run([
      { timeMs: 0, wh: 100 },
      { timeMs: DAY_MS, wh: 2_500 },
    ]);
    expect(increments).toEqual([{ fromMs: 0, toMs: DAY_MS, wh: 2_400 }]);
  });

  it('that was not read for more than a year starts anew', () => {
    const readings = [
      { timeMs: 0, wh: 100 },
      { timeMs: 367 * DAY_MS, wh: 2_500 },
      { timeMs: 368 * DAY_MS, wh: 2_600 },
    ];
    expect(total(run(readings).increments)).toBe(100);
  });

  it('is not changed by what comes late, also beside a candidate', () => {
    const { state } = run(minutes(5000, 5001, 5002));
    expect(follow(state, { timeMs: MINUTE_MS, wh: 1 })).toEqual({ state });
    const dipped = run(minutes(5000, 5001, 0)).state;
    expect(follow(dipped, { timeMs: MINUTE_MS + 1, wh: 5001 })).toEqual({ state: dipped });
  });

  it('may be read twice at the same moment', () => {
    const at = (wh: number) => ({ timeMs: 0, wh });
    expect(total(run([at(5), at(6), at(6), at(7)]).increments)).toBe(2);
  });

  it('makes up for a report that came late', () => {
    const late = [0, 61, 122, 183].map((wh, index) => ({
      timeMs: index === 1 ? 110_000 : index * MINUTE_MS,
      wh,
    }));
    expect(total(run(late).increments)).toBe(183);
  });
});

// A generator of its own, so that a failure comes again under the same number.
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'whatever it shows, nothing is negative, nothing counts twice, and no plug could carry less (%i)',
  (seed) => {
    const next = random(seed);
    let timeMs = 0;
    let wh = 1000;
    const readings = Array.from({ length: 300 }, () => {
      const kind = next();
      timeMs += kind < 0.1 ? 0 : Math.floor(next() * (kind < 0.2 ? DAY_MS : 2 * MINUTE_MS));
      wh = kind > 0.9 ? Math.floor(next() * 1e5) : wh + next() * 60;
      const shown = kind > 0.6 && kind < 0.7 ? next() * 1e6 - 10 : wh;
      return { timeMs: kind > 0.85 ? Math.max(0, timeMs - next() * DAY_MS) : timeMs, wh: shown };
    });
    const { increments } = run(readings);
    const firstMs = readings[0]?.timeMs ?? 0;
    let untilMs = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (const increment of increments) {
      expect(increment.wh).toBeGreaterThanOrEqual(0);
      expect(increment.fromMs).toBeLessThanOrEqual(increment.toMs);
      expect(increment.fromMs).toBeGreaterThanOrEqual(untilMs);
      untilMs = increment.toMs;
      sum += increment.wh;
      expect(sum).toBeLessThanOrEqual((4600 * (untilMs - firstMs)) / 3_600_000 + 4600 / 60 + 1e-6);
    }
    expect(increments.length).toBeGreaterThan(10);
  },
);
