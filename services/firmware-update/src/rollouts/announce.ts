// Says what has been stored: to whoever looks at a page, to the metrics, and to the loops that it is work for.
import { live } from '@mooring/proto';
import type { Bus } from '@mooring/runtime';
import type { GreetNote } from '../domain/note.js';
import type { DeviceUpdate } from '../domain/update.js';
import type { FleetChange } from '../store/change-fleet.js';
import { groupPaused, updateEnded } from './events.js';

/** The loops. */
export interface Wakes {
  /** There is something to publish. */
  outbox(): void;
  /** The rollout of that group may go on. */
  look(groupId: string): void;
  /** That update must be offered once more. */
  offer(updateId: string): void;
  /** That device is to be told what waits for it. */
  greet(note: GreetNote): void;
}

export function announcer(bus: Pick<Bus, 'publish'>, wakes: Wakes): (change: FleetChange) => void {
  return ({ steps, written, notes }) => {
    for (const update of steps) tellUpdate(bus, update);
    for (const update of written) if (update.endedAtMs !== undefined) updateEnded(update);
    for (const note of notes) {
      if (note.note === 'look') wakes.look(note.groupId);
      if (note.note === 'offer') wakes.offer(note.updateId);
      if (note.note === 'greet') wakes.greet(note);
      if (note.note === 'audit' && note.action === 'deployment_group.paused') groupPaused(note);
    }
    if (notes.some(({ note }) => note === 'audit' || note === 'order')) wakes.outbox();
  };
}

/** Tells those who watch the organization. */
export function tellUpdate(bus: Pick<Bus, 'publish'>, update: DeviceUpdate): void {
  const { deviceId, status, reason, progress, updatedAtMs } = update;
  const value = { deviceId, status, reason, progress, atMs: updatedAtMs };
  bus.publish(live.event, { organization: update.organizationId }, { event: { $case: 'update', value } });
}
