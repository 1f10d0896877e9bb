// Decides whether a batch of readings can be stored: whole, with every index and number in bounds, or not at all.
import type { bus } from '@mooring/proto';
import { isMetricName } from './metric.js';

/** A batch that was checked; its header is there. */
export interface CheckedBatch extends bus.ReadingBatch {
  readonly header: bus.BatchHeader;
}

/** What a batch is: fit to be stored, or malformed and why. */
export type Checked =
  | { readonly ok: true; readonly batch: CheckedBatch }
  | { readonly ok: false; readonly reason: string };

/** Readings of one batch; more would not fit into a message of 1 MiB anyway. */
const MAX_READINGS = 100_000;
const MAX_NAME = 128;
/** Sums and integrals of such values stay finite for as long as rollups are kept. */
const MAX_VALUE = 1e150;
const MAX_INTERVAL_S = 31 * 86_400;
const MAX_INT = 2 ** 31 - 1;
const MAX_BIGINT = 2n ** 63n - 1n;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

/** Whether a text can be stored; Postgres has no zero character in texts. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000');
}

export function checkHeader(header: bus.BatchHeader | undefined): header is bus.BatchHeader {
  if (header === undefined || header.sequence > MAX_BIGINT) return false;
  return [header.node, header.boot].every(
    (name) => name.length > 0 && name.length <= MAX_NAME && isStorable(name),
  );
}

export function checkBatch(batch: bus.ReadingBatch): Checked {
  const reason = problemOf(batch);
  return reason === undefined ? { ok: true, batch: batch as CheckedBatch } : { ok: false, reason };
}

function problemOf(batch: bus.ReadingBatch): string | undefined {
  if (!checkHeader(batch.header)) return 'no identity in the header';
  return problemOfColumns(batch) ?? problemOfTables(batch) ?? problemOfReports(batch);
}

function problemOfTables({ organizations, sources, metrics }: bus.ReadingBatch): string | undefined {
  for (const source of sources) {
    if (source.organization >= organizations.length) return 'a source of no organization';
    if (source.deviceNumber > MAX_BIGINT || source.epoch > MAX_BIGINT) return 'a source out of range';
  }
  const name = metrics.find((metric) => !isMetricName(metric));
  return name === undefined ? undefined : `metric name ${JSON.stringify(name.slice(0, 80))}`;
}

function problemOfColumns(batch: bus.ReadingBatch): string | undefined {
  const { source, metric, timeOffsetMs, value, intervalS, sequence, baseTimeMs } = batch;
  const count = source.length;
  if (count > MAX_READINGS) return `${count} readings`;
  for (const column of [metric, timeOffsetMs, value, intervalS, sequence]) {
    if (column.length !== count) return 'columns of different length';
  }
  const sources = batch.sources.length;
  const metrics = batch.metrics.length;
  for (let i = 0; i < count; i++) {
    if ((source[i] ?? sources) >= sources) return `reading ${i}: no such source`;
    if ((metric[i] ?? metrics) >= metrics) return `reading ${i}: no such metric`;
    if (!(Math.abs(value[i] ?? Number.NaN) <= MAX_VALUE)) return `reading ${i}: value out of range`;
    const timeMs = baseTimeMs + (timeOffsetMs[i] ?? 0);
    if (!(timeMs >= EARLIEST_MS && timeMs < LATEST_MS)) return `reading ${i}: time out of range`;
    if ((intervalS[i] ?? 0) > MAX_INTERVAL_S) return `reading ${i}: interval out of range`;
    if ((sequence[i] ?? 0) > MAX_INT) return `reading ${i}: sequence out of range`;
  }
  return undefined;
}

function problemOfReports({ reports, source }: bus.ReadingBatch): string | undefined {
  for (const { reading, boot, entry } of reports) {
    if (reading >= source.length) return 'a report of no reading';
    if (boot.length > MAX_NAME || !isStorable(boot)) return 'a report with an unstorable boot';
    if (entry > MAX_INT) return 'a report with an entry out of range';
  }
  return undefined;
}
