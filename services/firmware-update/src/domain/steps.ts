// Reads the steps out of a batch from an edge.
import type { bus } from '@mooring/proto';
import { type DeviceUpdate, type Outcome, type Step, takeStep } from './update.js';

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

/** What a batch of steps did: the rows to write, each once in its last state, and what watchers are told of each step. */
export interface Applied {
  readonly written: readonly DeviceUpdate[];
  readonly outcomes: readonly { readonly step: Step; readonly outcome: Outcome }[];
}

/** Takes the steps one after the other; `latest` holds the newest update of each device that has one. */
export function applySteps(
  latest: ReadonlyMap<string, DeviceUpdate>,
  steps: readonly Step[],
  newId: () => string,
): Applied {
  const newest = new Map(latest);
  const written = new Map<string, DeviceUpdate>();
  const outcomes = steps.map((step) => {
    const outcome = takeStep(newest.get(step.deviceId), step, newId);
    if (outcome.kind === 'changed') {
      newest.set(step.deviceId, outcome.update);
      for (const update of outcome.written) written.set(update.id, update);
    }
    return { step, outcome };
  });
  return { written: [...written.values()], outcomes };
}
