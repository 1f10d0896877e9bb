// What the firmware-update service reports.
import { counter, logger } from '@mooring/runtime';
import type { Outcome, Step } from './domain/update.js';

const log = logger('updates');

const steps = counter({
  name: 'mooring_firmware_steps_total',
  help: 'Update steps that devices reported, by what they did',
  labels: ['outcome'],
});

const ended = counter({
  name: 'mooring_firmware_updates_ended_total',
  help: 'Updates that ended, by how',
  labels: ['status'],
});

/** A device reported a step and it is stored. */
export function stepTaken(step: Step, outcome: Outcome): void {
  steps.inc({ outcome: outcome.kind });
  if (outcome.kind !== 'changed') return;
  for (const update of outcome.written) {
    if (update.endedAtMs === undefined) continue;
    ended.inc({ status: update.status });
    const { status, reason } = update;
    log.info({ device_id: step.deviceId, update_id: update.id, status, reason }, 'update ended');
  }
}

/** The updates of devices that are no more were dropped. */
export function updatesForgotten(devices: number, updates: number): void {
  if (updates > 0) log.info({ devices, updates }, 'updates of deleted devices forgotten');
}
