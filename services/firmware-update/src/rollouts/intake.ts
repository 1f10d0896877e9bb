// Takes in what devices report: who is new is looked up first, and who is not there any more is passed over.
import type { registry } from '@mooring/proto';
import type { GrpcClient } from '@mooring/runtime';
import type { DeviceRecord } from '../domain/record.js';
import type { Pool } from '../store/client.js';
import { describe, forgetDevices, hear } from '../store/fleet.js';
import { named } from '../store/releases.js';
import type { FleetChanges } from './changes.js';

export interface IntakeParts {
  readonly pool: Pool;
  readonly changes: FleetChanges;
  readonly registry: Pick<GrpcClient<registry.RegistryClient>, 'describeDevices'>;
}

const DESCRIBE_AT_ONCE = 1_000;
const DESCRIBE_MS = 5_000;

/** Stores the records of a batch, in their order; throws faults only, and then it is right to take them again. */
export function intake({ pool, changes, registry }: IntakeParts) {
  /** Makes rows for devices, with the tags that they have. */
  async function meet(strangers: readonly DeviceRecord[], signal: AbortSignal): Promise<void> {
    const unknown = await hear(pool, strangers);
    for (let at = 0; at < unknown.length; at += DESCRIBE_AT_ONCE) {
      const deviceIds = unknown.slice(at, at + DESCRIBE_AT_ONCE);
      const { items } = await registry.describeDevices({ deviceIds }, { timeoutMs: DESCRIBE_MS, signal });
      const tags = new Map(items.map((item) => [item.deviceId, item.tags]));
      await describe(pool, tags);
      // What a device said that is deleted comes too late: nobody would forget it any more.
      const gone = deviceIds.filter((id) => !tags.has(id));
      if (gone.length > 0) await forgetDevices(pool, gone);
    }
  }

  return async (given: readonly DeviceRecord[], signal: AbortSignal): Promise<void> => {
    const records = await named(pool, given);
    const strangers = new Set(await changes.records(records));
    if (strangers.size === 0) return;
    await meet(
      records.filter(({ deviceId }) => strangers.has(deviceId)),
      signal,
    );
    await changes.records(records, true);
  };
}
