// Takes a batch of steps of several devices in one go.
import { type DeviceUpdate, type Outcome, type Step, takeStep } from './update.js';

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
