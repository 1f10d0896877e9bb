// Reads the steps out of a batch from an edge.
import type { bus } from '@mooring/proto';
import type { Step } from '../domain/update.js';

/** The steps in the order in which they were reported, or why the batch cannot be read. */
export type Steps =
  | { readonly ok: true; readonly steps: readonly Step[] }
  | { readonly ok: false; readonly reason: string };

/** Every record of the batch with the device that it is of. A record that points nowhere spoils the whole batch. */
export function stepsOf(batch: bus.UpdateBatch): Steps {
  const steps: Step[] = [];
  for (const [index, record] of batch.records.entries()) {
    const source = batch.sources[record.source];
    const organization = source && batch.organizations[source.organization];
    if (source === undefined || organization === undefined) {
      return {
        ok: false,
        reason: `record ${index} refers to a source or organization that is not in the batch`,
      };
    }
    steps.push({
      deviceId: source.deviceId,
      organizationId: organization.id,
      epoch: source.epoch,
      sequence: BigInt(record.sequence),
      timeMs: record.timeMs,
      status: record.status,
      reason: record.reason,
      ...(record.progress === undefined ? {} : { progress: record.progress }),
    });
  }
  return { ok: true, steps };
}
