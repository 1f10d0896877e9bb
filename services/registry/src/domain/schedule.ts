// Decides when a schedule runs: at wall clock times of its organization's zone, once each, whatever the clocks do.
import { Temporal } from 'temporal-polyfill';
import type { Problems } from './fields.js';

export type When =
  /** `days`: 1 is Monday, 7 Sunday. `atMinute`: minutes since midnight on the zone's clock. */
  | { readonly kind: 'weekly'; readonly days: readonly number[]; readonly atMinute: number }
  /** Once. */
  | { readonly kind: 'countdown'; readonly runAtMs: number };

export interface Schedule {
  readonly id: string;
  readonly deviceId: string;
  readonly organizationId: string;
  readonly name: string;
  /** What the device is switched to. */
  readonly on: boolean;
  readonly enabled: boolean;
  readonly when: When;
  readonly nextRunAt: Date | undefined;
  readonly lastRunAt: Date | undefined;
  readonly lastCommandId: string | undefined;
  readonly createdAt: Date;
}

/** A countdown runs within a year. */
const MAX_IN_S = 366 * 86_400;

/**
 * The first run after `afterMs`; undefined when there is none. A time that the clocks skip runs when they have skipped
 * it, one that they show twice runs the first time.
 */
export function nextRun(when: When, zone: string, afterMs: number): number | undefined {
  if (when.kind === 'countdown') return when.runAtMs > afterMs ? when.runAtMs : undefined;
  // Beginning a day early: a skipped time may run on the next date.
  const today = dateIn(zone, afterMs).subtract({ days: 1 });
  for (let ahead = 0; ahead <= 9; ahead++) {
    const runMs = runOn(when, zone, today.add({ days: ahead }));
    if (runMs !== undefined && runMs > afterMs) return runMs;
  }
  return undefined;
}

/** The last run at or before `untilMs`; undefined when there is none. */
export function lastRun(when: When, zone: string, untilMs: number): number | undefined {
  if (when.kind === 'countdown') return when.runAtMs <= untilMs ? when.runAtMs : undefined;
  const today = dateIn(zone, untilMs).add({ days: 1 });
  for (let back = 0; back <= 9; back++) {
    const runMs = runOn(when, zone, today.subtract({ days: back }));
    if (runMs !== undefined && runMs <= untilMs) return runMs;
  }
  return undefined;
}

function runOn(
  { days, atMinute }: Extract<When, { kind: 'weekly' }>,
  zone: string,
  date: Temporal.PlainDate,
): number | undefined {
  if (!days.includes(date.dayOfWeek)) return undefined;
  const time = new Temporal.PlainTime(Math.floor(atMinute / 60), atMinute % 60);
  // `compatible` is the rule of the doc comment above.
  const moment = date.toPlainDateTime(time).toZonedDateTime(zone, { disambiguation: 'compatible' });
  return moment.epochMilliseconds;
}

function dateIn(zone: string, timeMs: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(timeMs).toZonedDateTimeISO(zone).toPlainDate();
}

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** A weekly time as people give it: days 1..7 and `HH:MM`. */
export function checkWeekly(problems: Problems, days: readonly number[], at: string): When {
  const distinct = [...new Set(days)].sort((a, b) => a - b);
  if (distinct.length === 0 || distinct.some((day) => !Number.isInteger(day) || day < 1 || day > 7)) {
    problems.add('weekly.days', 'must be days from 1 (Monday) to 7 (Sunday)');
  }
  const [, hours, minutes] = TIME.exec(at) ?? [];
  if (hours === undefined) problems.add('weekly.at', 'must be a time as HH:MM');
  return { kind: 'weekly', days: distinct, atMinute: Number(hours) * 60 + Number(minutes) };
}

/** A countdown of that many seconds, at most a year. */
export function checkCountdown(problems: Problems, inS: number, nowMs: number): When {
  if (!Number.isInteger(inS) || inS < 1 || inS > MAX_IN_S) {
    problems.add('in_s', `must be from 1 to ${MAX_IN_S} seconds`);
  }
  return { kind: 'countdown', runAtMs: nowMs + inS * 1_000 };
}

/** `HH:MM` */
export function timeOfDay(atMinute: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(atMinute / 60))}:${two(atMinute % 60)}`;
}
