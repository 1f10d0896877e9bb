// What somebody who begins to watch is told first, and how new each part of it is.
import type { registry, telemetry } from '@mooring/proto';
import type { GrpcClient } from '@mooring/runtime';
import { toDevice } from '../http/schemas/device.js';
import { aboutMetric, aboutPresence, presenceAge, readingJson } from './encode.js';
import type { Known } from './watcher.js';

// Questions to telemetry at a time: enough to hide the distance, too few to be noticed there.
const PARALLEL = 8;

/** The devices with their newest readings. */
export async function snapshotOf(
  service: Pick<GrpcClient<telemetry.TelemetryClient>, 'latestReadings'>,
  devices: readonly registry.Device[],
  truncated: boolean,
): Promise<{ readonly snapshot: unknown; readonly known: Known }> {
  const known = new Map<string, number>();
  const readings: ReturnType<typeof readingJson>[] = [];
  const left = devices.values();
  const work = async (): Promise<void> => {
    for (const device of left) {
      const { id, presence, number: deviceNumber } = device;
      if (presence !== undefined) known.set(aboutPresence(id), presenceAge(presence.epoch, presence.online));
      const { items } = await service.latestReadings({ deviceNumber });
      for (const { metric, timeMs, value } of items) {
        known.set(aboutMetric(id, metric), timeMs);
        readings.push(readingJson(id, metric, timeMs, value));
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { snapshot: { devices: devices.map(toDevice), readings, truncated }, known };
}
