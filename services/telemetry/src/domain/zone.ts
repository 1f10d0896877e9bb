// Knows when a zone's days begin. Asks Intl once per zone and UTC day; every other answer is a table look-up.

const DAY_MS = 86_400_000;
/** Zones shift their clocks at multiples of a quarter hour. */
const QUARTER_MS = 900_000;
/** The longest local day: one repeated whole, where a zone moved across the date line. */
const LONGEST_DAY_MS = 2 * DAY_MS;
const MAX_DAYS = 1024;
const MAX_ZONES = 1024;

/** The starts of the local days that touch one UTC day, oldest first. */
type DayStarts = readonly number[];

/** Start of the day in which a moment lies, both in epoch milliseconds. */
export type DayStart = (timeMs: number) => number;

const zones = new Map<string, DayStart>();

/** The days of an IANA zone; those of UTC when the zone is unknown here. */
export function dayStartIn(zone: string): DayStart {
  let found = zones.get(zone);
  if (found === undefined) {
    if (zones.size >= MAX_ZONES) zones.clear();
    found = isZone(zone) ? tabled(dateIn(zone)) : utcDayStart;
    zones.set(zone, found);
  }
  return found;
}

export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The last moment that a Date can say. */
const MAX_DATE_MS = 8.64e15;
/** The most moments at which a zone is looked at: four weeks apart, a lifetime. */
const MAX_LOOKS = 1_300;

/** Whether the hours of a zone begin with those of UTC, as far as a look every four weeks can tell. */
export function wholeHours(
  zone: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): boolean {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, minute: 'numeric' });
  const stepMs = 28 * DAY_MS;
  if ((toMs - fromMs) / stepMs > MAX_LOOKS || toMs + stepMs > MAX_DATE_MS) return false;
  const firstMs = Math.floor(fromMs / DAY_MS) * DAY_MS;
  for (let atMs = firstMs; atMs < toMs + stepMs; atMs += stepMs) {
    if (format.format(atMs) !== '0') return false;
  }
  return true;
}

function utcDayStart(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS) * DAY_MS;
}

function tabled(dateOf: (timeMs: number) => string): DayStart {
  const days = new Map<number, DayStarts>();
  return (timeMs) => {
    const day = Math.floor(timeMs / DAY_MS);
    let starts = days.get(day);
    if (starts === undefined) {
      if (days.size >= MAX_DAYS) days.clear();
      starts = dayStarts(dateOf, day * DAY_MS);
      days.set(day, starts);
    }
    let start = starts[0] ?? day * DAY_MS;
    for (const later of starts) if (later <= timeMs) start = later;
    return start;
  };
}

function dayStarts(dateOf: (timeMs: number) => string, utcDayMs: number): DayStarts {
  const starts: number[] = [];
  const date = dateOf(utcDayMs);
  let first = utcDayMs;
  while (first > utcDayMs - LONGEST_DAY_MS && dateOf(first - QUARTER_MS) === date) first -= QUARTER_MS;
  starts.push(first);
  let before = date;
  for (let at = utcDayMs + QUARTER_MS; at < utcDayMs + DAY_MS; at += QUARTER_MS) {
    const now = dateOf(at);
    if (now !== before) starts.push(at);
    before = now;
  }
  return starts;
}

function dateIn(zone: string): (timeMs: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    calendar: 'gregory',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (timeMs) => format.format(timeMs);
}
