// Everything that changes devices and their updates: what devices report, people, time; each is announced when stored.
import { type Clock, Fault } from '@mooring/runtime';
import { type Ordered, type OrderedUpdate, ordered, type Wishes, wished } from '../domain/by-hand.js';
import { end } from '../domain/ending.js';
import { type FleetDevice, present } from '../domain/fleet.js';
import { type Decision, type Held, inTurn, type Surroundings } from '../domain/held.js';
import { gathered } from '../domain/membership.js';
import { type DeviceRecord, type RecordOutcome, takeRecord } from '../domain/record.js';
import { type DeviceUpdate, isOpen } from '../domain/update.js';
import { changeFleet, type FleetChange, type FleetSelection } from '../store/change-fleet.js';
import type { Pool } from '../store/client.js';
import { recordTaken } from './events.js';

/** Says what has been stored to whoever must know; called after the commit. */
export type Announce = (change: FleetChange) => void;

export interface ChangeParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly announce: Announce;
}

/** Why an update that was offered is taken back. */
export type Withdrawal = 'session_gone' | 'not_joined' | 'group_inactive';

/** Each resolves when it is stored and announced; throws faults only. */
export function fleetChanges({ pool, clock, announce }: ChangeParts) {
  type Decide = (held: ReadonlyMap<string, Held>, around: Surroundings) => readonly Decision[];
  async function change(
    deviceIds: readonly string[],
    decide: Decide,
    how: Omit<FleetSelection, 'deviceIds'> = {},
  ): Promise<FleetChange> {
    const ids = [...new Set(deviceIds)];
    const made = await changeFleet(pool, clock.now(), { ...how, deviceIds: ids }, decide);
    announce(made);
    return made;
  }

  return {
    /**
     * Takes what devices reported, in this order. Answers the devices that are not known or described yet: then nothing
     * was taken, unless those that are not known are to be passed over.
     */
    async records(records: readonly DeviceRecord[], passOver = false): Promise<readonly string[]> {
      const outcomes: (readonly [DeviceRecord, RecordOutcome])[] = [];
      let strangers: readonly string[] = [];
      const deviceIds = [...new Set(records.map(({ deviceId }) => deviceId))];
      await change(
        deviceIds,
        (held, around) => {
          strangers = deviceIds.filter((id) => held.get(id)?.device.described !== true);
          if (strangers.length > 0 && !passOver) return [];
          const made = new Map<string, Decision>();
          for (const record of records) {
            const known = held.get(record.deviceId);
            const before = made.get(record.deviceId);
            if (known === undefined) continue;
            const { decision, outcome } = takeRecord(before?.held ?? known, record, around);
            outcomes.push([record, outcome]);
            made.set(record.deviceId, {
              held: decision.held,
              written: [...(before?.written ?? []), ...decision.written],
              notes: [...(before?.notes ?? []), ...decision.notes],
            });
          }
          return [...made.values()];
        },
        { withoutGroups: !records.some(asksGroups) },
      );
      for (const [record, outcome] of outcomes) recordTaken(record, outcome);
      return strangers;
    },

    /** Ends updates whose deadline has passed, if it still has. */
    expire(updates: readonly DeviceUpdate[]): Promise<FleetChange> {
      return change(
        deviceIdsOf(updates),
        (held, around) =>
          stillOpen(held, updates)
            .filter(({ update }) => (update.deadlineAtMs ?? 0) <= around.nowMs)
            .map(({ held: each, update }) => {
              const how = {
                status: 'expired',
                reason: 'nothing was heard of it',
                atMs: around.nowMs,
              } as const;
              return end(each, update, how, around);
            }),
        { skipLocked: true },
      );
    },

    /** Takes offers back that no device has begun; with `session_gone` and `not_joined` the device has to join again. */
    withdraw(
      updates: readonly DeviceUpdate[],
      why: Withdrawal,
      joinedSequence?: bigint,
    ): Promise<FleetChange> {
      return change(deviceIdsOf(updates), (held, around) =>
        stillOpen(held, updates)
          .filter(({ update }) => update.status === 'requested')
          .filter(({ update }) => why === 'group_inactive' || update.offers <= 1)
          .map(({ held: each, update }) => {
            const device = unreachable(each.device, update, why, joinedSequence, around.nowMs);
            const how = { status: 'withdrawn', reason: why, atMs: around.nowMs } as const;
            return inTurn({ device, latest: each.latest }, (now) => end(now, update, how, around));
          }),
      );
    },

    /** Puts devices without a group into those that they belong to. */
    gather(deviceIds: readonly string[]): Promise<FleetChange> {
      return change(deviceIds, (held, around) => [...held.values()].map((each) => gathered(each, around)));
    },

    /** Keeps the tags that people gave devices, and puts those without a group where they belong now. */
    tags(tags: ReadonlyMap<string, readonly string[]>): Promise<FleetChange> {
      return change([...tags.keys()], (held, around) =>
        [...held.values()].map(({ device, latest }) => {
          const known = { ...device, tags: tags.get(device.deviceId) ?? device.tags, described: true };
          const { groupId } = device;
          const after = gathered({ device: known, latest }, around);
          if (groupId === undefined) return after;
          return { ...after, notes: [...after.notes, { note: 'look', groupId }] } satisfies Decision;
        }),
      );
    },

    /** Does what a person wants of one device. Fault `not_found`. */
    async wish(deviceId: string, organizationId: string, wishes: Wishes): Promise<void> {
      await change([deviceId], (held, around) => {
        const known = held.get(deviceId);
        if (known?.device.organizationId !== organizationId) throw new Fault('not_found', 'no such device');
        const { group } = wishes;
        if (group && known.device.product !== '' && known.device.product !== group.product) {
          throw new Fault('conflict', 'the deployment group is of another product');
        }
        return [wished(known, wishes, around)];
      });
    },

    /** Orders an update of one device. Fault `not_found` when the device has not been heard of. */
    async order(
      deviceId: string,
      order: OrderedUpdate,
    ): Promise<{ kind: Ordered['kind']; update?: DeviceUpdate }> {
      let kind: Ordered['kind'] | undefined;
      const { written } = await change([deviceId], (held, around) => {
        const known = held.get(deviceId);
        if (known === undefined) return [];
        const made = ordered(known, order, around);
        kind = made.kind;
        return 'decision' in made ? [made.decision] : [];
      });
      if (kind === undefined) throw new Fault('not_found', 'the device has not said what it runs');
      const [update] = written;
      return update === undefined ? { kind } : { kind, update };
    },
  };
}

export type FleetChanges = ReturnType<typeof fleetChanges>;

const penalized: ReadonlySet<string> = new Set(['failed', 'ignored', 'rescheduled']);

/** Whether what a record does depends on groups: where a device belongs, and how long a penalty is. */
function asksGroups(record: DeviceRecord): boolean {
  return record.kind === 'joined' || (record.kind === 'step' && penalized.has(record.status));
}

function deviceIdsOf(updates: readonly DeviceUpdate[]): string[] {
  return updates.map(({ deviceId }) => deviceId);
}

/** Those of the updates that are in flight still, as they are now. */
function stillOpen(held: ReadonlyMap<string, Held>, updates: readonly DeviceUpdate[]) {
  return updates.flatMap(({ id, deviceId }) => {
    const each = held.get(deviceId);
    const update = each?.latest;
    return each === undefined || update?.id !== id || !isOpen(update) ? [] : [{ held: each, update }];
  });
}

function unreachable(
  device: FleetDevice,
  { epoch }: DeviceUpdate,
  why: Withdrawal,
  joinedSequence: bigint | undefined,
  nowMs: number,
): FleetDevice {
  if (epoch === undefined || why === 'group_inactive') return device;
  if (why === 'session_gone') return present(device, { epoch, online: false, atMs: nowMs });
  // It may have joined anew meanwhile; then that counts.
  const isSame = device.joinedEpoch === epoch && device.joinedSequence === joinedSequence;
  return isSame ? { ...device, joinedEpoch: 0n } : device;
}
