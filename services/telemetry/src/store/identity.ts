// What makes a batch or a report the same one again, and its columns in the tables of what was seen.
import type { CheckedBatch } from '../domain/batch.js';

/** A batch with the numbers of its metrics; undefined for a metric that is refused. */
export interface StorableBatch {
  readonly batch: CheckedBatch;
  readonly metricIds: readonly (number | undefined)[];
}

/** A report that may have been sent before, and the batch and reading that carry it now. */
export interface ReportRef {
  readonly batch: number;
  readonly reading: number;
  readonly deviceNumber: bigint;
  readonly boot: string;
  readonly seq: number;
  readonly entry: number;
  readonly metricId: number;
}

/** Which batches come first under their identity; the others are repetitions within the same transaction. */
export function firstOfEach(batches: readonly StorableBatch[]): boolean[] {
  const met = new Set<string>();
  return batches.map(({ batch: { header } }) => {
    const key = `${header.sequence} ${header.boot} ${header.node}`;
    return met.size !== met.add(key).size;
  });
}

/** The reports of the given batches, and the readings that repeat a report of the same transaction. */
export function reportsOf(batches: readonly StorableBatch[], chosen: readonly boolean[]) {
  const reports: ReportRef[] = [];
  const repeated = batches.map(() => new Set<number>());
  const met = new Set<string>();
  for (const [index, { batch, metricIds }] of batches.entries()) {
    if (!chosen[index]) continue;
    for (const { reading, boot, seq, entry } of batch.reports) {
      const deviceNumber = batch.sources[batch.source[reading] ?? -1]?.deviceNumber;
      const metricId = metricIds[batch.metric[reading] ?? -1];
      if (deviceNumber === undefined || metricId === undefined) continue;
      const key = `${deviceNumber} ${metricId} ${seq} ${entry} ${boot}`;
      if (met.has(key)) repeated[index]?.add(reading);
      else reports.push({ batch: index, reading, deviceNumber, boot, seq, entry, metricId });
      met.add(key);
    }
  }
  return { reports, repeated };
}

/** The columns of batches for `unnest`: their indexes, nodes, boots, sequences. */
export function batchColumns(batches: readonly StorableBatch[], chosen: readonly boolean[]) {
  const picked = batches.flatMap(({ batch: { header } }, index) =>
    chosen[index] ? [{ index, header }] : [],
  );
  // Every process locks the keys in the same order.
  picked.sort((a, b) => compare(a.header, b.header));
  return [
    picked.map(({ index }) => index),
    picked.map(({ header }) => header.node),
    picked.map(({ header }) => header.boot),
    picked.map(({ header }) => header.sequence),
  ] as const;
}

function compare(a: CheckedBatch['header'], b: CheckedBatch['header']): number {
  if (a.node !== b.node) return a.node < b.node ? -1 : 1;
  if (a.boot !== b.boot) return a.boot < b.boot ? -1 : 1;
  return a.sequence < b.sequence ? -1 : 1;
}

/** The columns of reports for `unnest`: their batches, devices, boots, seqs, entries, metrics. */
export function reportColumns(reports: readonly ReportRef[]) {
  return [
    reports.map(({ batch }) => batch),
    reports.map(({ deviceNumber }) => deviceNumber),
    reports.map(({ boot }) => boot),
    reports.map(({ seq }) => seq),
    reports.map(({ entry }) => entry),
    reports.map(({ metricId }) => metricId),
  ] as const;
}
