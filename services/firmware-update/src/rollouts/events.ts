// What rollouts report.
import { counter, type Fault, gauge, logger } from '@mooring/runtime';
import type { AuditNote } from '../domain/note.js';
import type { DeviceRecord, RecordOutcome } from '../domain/record.js';
import { type DeviceUpdate, endedStatuses } from '../domain/update.js';
import type { Levels } from '../store/levels.js';

const log = logger('updates');

const steps = counter({
  name: 'mooring_firmware_steps_total',
  help: 'What devices reported of updates, by what it did: changed, noted, repeated, taken (joins and the like) or stale',
  labels: ['outcome'],
});

const ended = counter({
  name: 'mooring_firmware_updates_ended_total',
  help: 'Updates that ended, by how',
  labels: ['status'],
});
// A series that begins with its first update does not show it as growth.
for (const status of endedStatuses) ended.inc({ status }, 0);

const offers = counter({
  name: 'mooring_firmware_offers_total',
  help: 'Offers of updates, by what came of them: delivered, gone, not_joined, unknown, unsent, checked',
  labels: ['outcome'],
});

const penalties = counter({
  name: 'mooring_firmware_penalties_total',
  help: 'Devices that were put into the penalty box',
});

const pauses = counter({
  name: 'mooring_firmware_pauses_total',
  help: 'Deployment groups that paused by themselves',
});

const greetings = counter({
  name: 'mooring_firmware_pushes_total',
  help: 'What joined devices were told beside offers, by what it was and what came of it',
  labels: ['content', 'outcome'],
});

const published = counter({
  name: 'mooring_firmware_outbox_published_total',
  help: 'Audit entries and steps of orders that were published, or failed to be for now',
  labels: ['kind'],
});

/** A device reported something and it is stored. */
export function recordTaken(_: DeviceRecord, outcome: RecordOutcome): void {
  steps.inc({ outcome });
}

/** An update ended, and that is stored. */
export function updateEnded({ id, deviceId, status, reason, place }: DeviceUpdate): void {
  ended.inc({ status });
  const about = { device_id: deviceId, update_id: id, group_id: place?.groupId };
  log.info({ ...about, status, reason }, 'update ended');
}

/** What came of an offer. */
export type OfferOutcome = 'delivered' | 'gone' | 'not_joined' | 'unknown' | 'unsent' | 'checked';

export function offerMade({ id, deviceId, place }: DeviceUpdate, outcome: OfferOutcome): void {
  offers.inc({ outcome });
  log.info({ device_id: deviceId, update_id: id, group_id: place?.groupId, outcome }, 'update offered');
}

/** What an offer could not be made for; it is made later. */
export function offerFailed(deviceId: string, fault: Fault): void {
  log.warn({ device_id: deviceId, err: fault }, 'an offer could not be made');
}

/** Devices failed too often. */
export function penalized(groupId: string, devices: number): void {
  if (devices === 0) return;
  penalties.inc(devices);
  log.info({ group_id: groupId, devices }, 'devices put into the penalty box');
}

/** A group paused by itself. */
export function groupPaused({ resource, details }: AuditNote): void {
  pauses.inc();
  log.warn({ resource, ...details }, 'deployment group paused');
}

/** A rollout came to another state. */
export function rolloutMoved(groupId: string, state: string): void {
  log.info({ group_id: groupId, state }, 'rollout moved on');
}

/** A loop failed; what it was at is tried again. */
export function roundFailed(what: string, fault: Fault): void {
  log.warn({ what, err: fault }, 'a round of rollouts failed');
}

/** A joined device was told something. */
export function pushed(content: string, outcome: string): void {
  greetings.inc({ content, outcome });
}

/** Something of the outbox is on the bus. */
export function relayed(kind: string): void {
  published.inc({ kind });
}

/** Something of the outbox is not on the bus yet. */
export function relayFailed(fault: Fault): void {
  published.inc({ kind: 'failed' });
  log.warn({ err: fault }, 'the outbox could not be published');
}

/** The devices that are no more were dropped. */
export function devicesForgotten(devices: number, updates: number): void {
  if (updates > 0) log.info({ devices, updates }, 'updates of deleted devices forgotten');
}

/** Reads the levels whenever metrics are read; all replicas report the same. */
export function observed(read: () => Promise<Levels>): void {
  let reading: Promise<Levels | undefined> | undefined;
  // All gauges of one scrape come from one reading.
  const levels = (): Promise<Levels | undefined> => {
    reading ??= read()
      .catch((error: unknown) => {
        log.debug({ err: error }, 'figures of rollouts are not known');
        return undefined;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const byLabel = [
    ['mooring_firmware_updates_in_flight', 'Updates in flight, by status', 'status', 'inFlight'],
    ['mooring_firmware_groups', 'Deployment groups, by state', 'state', 'groups'],
  ] as const;
  for (const [name, help, label, of] of byLabel) {
    gauge<string>({
      name,
      help,
      labels: [label],
      async collect(metric) {
        const now = await levels();
        metric.reset();
        for (const [value, count] of now?.[of] ?? []) metric.set({ [label]: value }, count);
      },
    });
  }
  for (const [name, help, of] of [
    ['mooring_firmware_devices_blocked', 'Devices that get no updates for a while', 'blocked'],
    ['mooring_firmware_slots_used_ratio', 'Share of the slots of running groups that are held', 'slotsUsed'],
    ['mooring_firmware_outbox_age_seconds', 'Age of the oldest message to be published', 'outboxAgeS'],
  ] as const) {
    gauge({
      name,
      help,
      async collect(metric) {
        const now = await levels();
        if (now !== undefined) metric.set(now[of]);
      },
    });
  }
}
