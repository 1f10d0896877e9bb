// What the telemetry service reports: one function per event.
import { counter, histogram, logger } from '@mooring/runtime';

const log = logger('telemetry');

const batches = counter({
  name: 'mooring_batches_total',
  help: 'Batches by what became of them: stored, duplicate or dead',
  labels: ['durable', 'outcome'],
});
const readings = counter({ name: 'mooring_readings_stored_total', help: 'Readings committed' });
const refused = counter({
  name: 'mooring_readings_refused_total',
  help: 'Readings that were not stored: repeated reports, and metrics beyond the bound of the dictionary',
  labels: ['reason'],
});
const storing = histogram({
  name: 'mooring_readings_frame_to_stored_seconds',
  help: 'From the time that the edge gave a batch until its readings were committed; one observation a batch',
  buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
});
const entries = counter({ name: 'mooring_log_entries_stored_total', help: 'Device log entries committed' });
const liveLost = counter({
  name: 'mooring_live_lost_total',
  help: 'Live messages that could not be published; watchers see the next one',
});
const partitions = counter({
  name: 'mooring_partitions_total',
  help: 'Partitions made ahead and dropped by age',
  labels: ['outcome'],
});

/** A durable is done with batches, one way or another. */
export function batchesSettled(
  durable: 'readings' | 'log',
  outcome: 'stored' | 'duplicate' | 'dead',
  count: number,
): void {
  if (count > 0) batches.inc({ durable, outcome }, count);
}

export function readingsStored(count: number): void {
  readings.inc(count);
}

export function readingsRefused(reason: 'repeated_report' | 'metric_limit', count: number): void {
  if (count > 0) refused.inc({ reason }, count);
}

/** A batch that the edge began at `begunMs` is committed now. */
export function batchStored(begunMs: number, nowMs: number): void {
  storing.observe(Math.max(0, nowMs - begunMs) / 1000);
}

export function logStored(count: number): void {
  entries.inc(count);
}

/** Nothing is lost but the moment: what was not shown live is stored. */
export function liveUnpublished(error: unknown): void {
  liveLost.inc();
  log.warn({ err: error }, 'a live message was not published');
}

/** A transaction of many batches failed for a reason that is one batch's; each is tried by itself. */
export function mergedFailed(durable: string, count: number, error: unknown): void {
  log.warn(
    { err: error, durable, batches: count },
    'a merged transaction failed; its batches are tried one by one',
  );
}

export function partitionMade(name: string): void {
  partitions.inc({ outcome: 'made' });
  log.info({ partition: name }, 'partition made');
}

export function partitionDropped(name: string): void {
  partitions.inc({ outcome: 'dropped' });
  log.info({ partition: name }, 'partition dropped');
}

/** The next round tries again; until then rows go to the default partition and old ones stay. */
export function upkeepFailed(error: unknown): void {
  log.error({ err: error }, 'upkeep of the tables failed');
}

export function deviceForgotten(deviceNumber: bigint, rows: number): void {
  log.info({ device_number: String(deviceNumber), rows }, 'rows of a deleted device are gone');
}
