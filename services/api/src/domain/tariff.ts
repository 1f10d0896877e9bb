// Decides which price holds when: lays the bands of a tariff over a local week of quarter hours.

/** A part of the week with a price of its own. */
export interface Band {
  readonly name?: string | undefined;
  /** On which it begins, 1 Monday to 7 Sunday; absent: on all. */
  readonly days?: readonly number[] | undefined;
  /** `HH:MM` on a quarter hour. The same as `to`: all day; later than `to`: across midnight. */
  readonly from: string;
  readonly to: string;
  readonly price_per_kwh: number;
}

/** What an organization pays for energy. */
export interface Tariff {
  /** ISO 4217, three capital letters. */
  readonly currency: string;
  /** Outside the bands. */
  readonly price_per_kwh: number;
  /** Of those that hold at the same time, the first. */
  readonly bands?: readonly Band[] | undefined;
}

const DAY_QUARTERS = 96;
const WEEK_QUARTERS = 7 * DAY_QUARTERS;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

/**
 * The number of the band of each quarter hour of a week from Monday 00:00: 0 outside of all, 1 for the first. Empty for a
 * tariff without bands.
 */
export function weekOf(tariff: Tariff | null): Buffer {
  const bands = tariff?.bands ?? [];
  if (bands.length === 0) return Buffer.alloc(0);
  const week = Buffer.alloc(WEEK_QUARTERS);
  for (const [index, band] of bands.entries()) {
    for (const quarter of quartersOf(band)) if (week[quarter] === 0) week[quarter] = index + 1;
  }
  return week;
}

function* quartersOf({ days = EVERY_DAY, from, to }: Band): Generator<number> {
  const first = quarterOf(from);
  const length = (quarterOf(to) - first + DAY_QUARTERS) % DAY_QUARTERS || DAY_QUARTERS;
  for (const day of days) {
    const start = (day - 1) * DAY_QUARTERS + first;
    for (let quarter = start; quarter < start + length; quarter++) yield quarter % WEEK_QUARTERS;
  }
}

function quarterOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? 0) * 4 + Math.floor((minutes ?? 0) / 15);
}
