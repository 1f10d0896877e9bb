// Takes what a device reports, one record after the other; what is not newer than the last one changes nothing.
import { isReachable } from './fleet.js';
import type { Decision, Held, Surroundings } from './held.js';
import { type Join, takeJoin } from './join.js';
import { auditOfDevice } from './note.js';
import { type StepKind, takeProgress } from './progress.js';

/** Which device says it, in which session, and when. */
export interface RecordSource {
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly organizationId: string;
  readonly epoch: bigint;
  /** Grows within an epoch. */
  readonly sequence: bigint;
  readonly timeMs: number;
}

/** What a device reported. */
export type DeviceRecord = RecordSource &
  (
    | {
        readonly kind: 'step';
        /** Any word. */
        readonly status: string;
        readonly progress: number | undefined;
        readonly reason: string;
        readonly delayMs: number | undefined;
      }
    | { readonly kind: 'joined'; readonly join: Omit<Join, 'epoch' | 'sequence' | 'timeMs'> }
    | { readonly kind: 'validated' }
    | { readonly kind: 'network'; readonly network: string }
  );

/** What became of a record: of a step what it did, of another one that it was taken; `stale` when it came too late. */
export type RecordOutcome = StepKind | 'taken' | 'stale';

const networks: ReadonlySet<string> = new Set(['wifi', 'ethernet', 'cellular']);

/** What the record does; the device's place in its own order goes on also when nothing else changes. */
export function takeRecord(
  held: Held,
  record: DeviceRecord,
  around: Surroundings,
): { readonly decision: Decision; readonly outcome: RecordOutcome } {
  const { device, latest } = held;
  const { epoch, sequence } = record;
  if (epoch < device.epoch || (epoch === device.epoch && sequence <= device.sequence)) {
    return { decision: { held, written: [], notes: [] }, outcome: 'stale' };
  }
  const now: Held = { device: { ...device, epoch, sequence, number: record.deviceNumber }, latest };
  switch (record.kind) {
    case 'step': {
      const { decision, kind } = takeProgress(now, record, around);
      return { decision, outcome: kind };
    }
    case 'joined':
      return {
        decision: takeJoin(now, { ...record.join, epoch, sequence, timeMs: record.timeMs }, around),
        outcome: 'taken',
      };
    case 'validated':
      return { decision: validated(now, around), outcome: 'taken' };
    case 'network': {
      const network = networks.has(record.network) ? record.network : 'unknown';
      const held = { device: { ...now.device, network }, latest };
      return { decision: { held, written: [], notes: lookAt(held) }, outcome: 'taken' };
    }
  }
}

function validated({ device, latest }: Held, { nowMs }: Surroundings): Decision {
  const held: Held = { device: { ...device, validation: 'validated' }, latest };
  const details = { firmware: device.firmwareUuid, version: device.version };
  const entry = auditOfDevice(device, 'device.firmware_validated', details, nowMs);
  return { held, written: [], notes: [entry, ...lookAt(held)] };
}

function lookAt({ device }: Held): Decision['notes'] {
  if (device.groupId === undefined || !isReachable(device)) return [];
  return [{ note: 'look', groupId: device.groupId }];
}
