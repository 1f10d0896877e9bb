// Turns a report into readings: consecutive intervals, oldest first, the last one ending at receipt. The hot path.

import type { AdmittedDevice, Effect } from '../dialect.js';
import type { Message } from './wire.js';

/** Largest number of entries in one report (kinetid.md 5.1): a day of minutes. */
export const MAX_ENTRIES = 1440;
const MAX_INTERVAL_S = 86_400;
/** 20 A at 230 V; a plug carries 16 A. */
const MAX_POWER_W = 4600;
/** A report's own time is believed within this range around the edge's, and no interval may end before it. */
const MAX_AGE_MS = 7 * 86_400_000;
const MAX_AHEAD_MS = 60_000;

const BAD_ENTRY: Effect = { do: 'count', outcome: 'malformed', what: 'entry' };
const BAD_ENERGY: Effect = { do: 'count', outcome: 'malformed', what: 'energy' };
const BAD_TIME: Effect = { do: 'count', outcome: 'ignored', what: 'implausible_time' };
const NO_ENTRIES: Effect = { do: 'count', outcome: 'ignored', what: 'empty_report' };

interface Entry {
  readonly interval?: unknown;
  readonly consumption?: unknown;
  readonly wh?: unknown;
}
type ReportName = { readonly boot: string; readonly seq: number; readonly entry: number };

/**
 * Appends the readings of a report received at `now` (epoch ms). Answers what is wrong with a report of which nothing
 * can be kept; then nothing was appended.
 */
export function readReport(
  device: AdmittedDevice,
  boot: string | undefined,
  message: Message,
  now: number,
  out: Effect[],
): 'consumptions' | 'entries' | undefined {
  const entries = message.consumptions;
  if (!Array.isArray(entries) || entries.length > MAX_ENTRIES) return 'consumptions';
  if (entries.length === 0) {
    out.push(NO_ENTRIES);
    return undefined;
  }

  const before = out.length;
  const end = endOf(message.ts, now, out);
  const seq = message.seq;
  const numbered = boot !== undefined && typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0;
  let timeMs = entries.length === 1 ? end - secondsOf(entries[0]) * 1000 : startOf(entries, end);
  let good = 0;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as Entry | null | undefined;
    const interval = secondsOf(entry);
    timeMs += interval * 1000;
    const watts = entry?.consumption;
    if (interval === 0 || !isPower(watts) || timeMs < now - MAX_AGE_MS) {
      out.push(BAD_ENTRY);
      continue;
    }
    good += 1;
    const report = numbered ? { boot, seq, entry: i } : undefined;
    emitReading(out, device, 'power_w', timeMs, watts, interval, report);
    if (entry?.wh !== undefined) emitEnergy(out, device, timeMs, entry.wh, report);
  }
  if (good > 0) return undefined;
  out.length = before;
  return 'entries';
}

/** Mean watts over the newest interval of a report; undefined when that entry is not usable. */
export function newestWatts(report: Message): number | undefined {
  const entries = report.consumptions;
  const newest = Array.isArray(entries) ? (entries.at(-1) as Entry | null | undefined) : undefined;
  const watts = newest?.consumption;
  return isPower(watts) && secondsOf(newest) > 0 ? watts : undefined;
}

/** NaN and infinities cannot come out of JSON but 1e999 can: it parses as Infinity and fails the upper bound. */
function isPower(watts: unknown): watts is number {
  return typeof watts === 'number' && watts >= 0 && watts <= MAX_POWER_W;
}

function emitReading(
  out: Effect[],
  device: AdmittedDevice,
  metric: string,
  timeMs: number,
  value: number,
  intervalS: number,
  report: ReportName | undefined,
): void {
  const reading = { kind: 'reading', device, metric, timeMs, value, intervalS } as const;
  out.push({ do: 'emit', event: report === undefined ? reading : { ...reading, report } });
}

/** `wh` is the meter's running total, so it is momentary; a bad one does not spoil the power beside it. */
function emitEnergy(
  out: Effect[],
  device: AdmittedDevice,
  timeMs: number,
  wh: unknown,
  report: ReportName | undefined,
): void {
  if (typeof wh === 'number' && Number.isFinite(wh) && wh >= 0) {
    emitReading(out, device, 'energy_total_wh', timeMs, wh, 0, report);
  } else {
    out.push(BAD_ENERGY);
  }
}

/** The interval in seconds, 1..86400; 0 for an entry that has no usable one and so takes no time. */
function secondsOf(entry: unknown): number {
  if (typeof entry !== 'object' || entry === null) return 0;
  const interval = (entry as Entry).interval;
  return typeof interval === 'number' &&
    Number.isInteger(interval) &&
    interval >= 1 &&
    interval <= MAX_INTERVAL_S
    ? interval
    : 0;
}

function startOf(entries: readonly unknown[], end: number): number {
  let seconds = 0;
  for (const entry of entries) seconds += secondsOf(entry);
  return end - seconds * 1000;
}

/** End of the last interval: the device's `ts` (epoch seconds) when it has a plausible one, else the receipt. */
function endOf(ts: unknown, now: number, out: Effect[]): number {
  if (ts === undefined) return now;
  const ms = typeof ts === 'number' ? Math.round(ts * 1000) : Number.NaN;
  if (ms >= now - MAX_AGE_MS && ms <= now + MAX_AHEAD_MS) return ms;
  out.push(BAD_TIME);
  return now;
}
