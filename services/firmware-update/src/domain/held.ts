// What decisions about one device are made on, and what they leave.
import type { FleetDevice } from './fleet.js';
import type { DeploymentGroup } from './group.js';
import type { Note } from './note.js';
import type { DeviceUpdate } from './update.js';

/** A device and its newest update, open or ended. */
export interface Held {
  readonly device: FleetDevice;
  readonly latest: DeviceUpdate | undefined;
}

/** What a decision changed: `written` are the updates, oldest first; the device is compared with what it was. */
export interface Decision {
  readonly held: Held;
  readonly written: readonly DeviceUpdate[];
  readonly notes: readonly Note[];
}

/** What decisions may ask. */
export interface Surroundings {
  readonly nowMs: number;
  /** Groups that the device or its update is of, and those that take devices of its organization. */
  readonly groups: ReadonlyMap<string, DeploymentGroup>;
  readonly newId: () => string;
}

/** Nothing changed. */
export function unchanged(held: Held): Decision {
  return { held, written: [], notes: [] };
}

/** One decision after the other. */
export function inTurn(held: Held, ...decide: readonly ((held: Held) => Decision)[]): Decision {
  return decide.reduce<Decision>((before, next) => {
    const after = next(before.held);
    return {
      held: after.held,
      written: [...before.written, ...after.written],
      notes: [...before.notes, ...after.notes],
    };
  }, unchanged(held));
}
