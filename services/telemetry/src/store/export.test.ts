// Where an export is cut, so that each piece lies in one partition.
import { expect, it } from 'vitest';
import { slices } from './export.js';

const DAY_MS = 86_400_000;

it('cuts a range at the partitions inside it and loses nothing', () => {
  const days = [10 * DAY_MS, 11 * DAY_MS, 13 * DAY_MS];
  expect(slices({ fromMs: 5, toMs: 20 * DAY_MS }, days)).toEqual([
    { fromMs: 5, toMs: 10 * DAY_MS },
    { fromMs: 10 * DAY_MS, toMs: 11 * DAY_MS },
    { fromMs: 11 * DAY_MS, toMs: 12 * DAY_MS },
    { fromMs: 12 * DAY_MS, toMs: 13 * DAY_MS },
    { fromMs: 13 * DAY_MS, toMs: 14 * DAY_MS },
    { fromMs: 14 * DAY_MS, toMs: 20 * DAY_MS },
  ]);
});

it('leaves a range inside one partition whole', () => {
  expect(slices({ fromMs: 5, toMs: 9 }, [0])).toEqual([{ fromMs: 5, toMs: 9 }]);
});
