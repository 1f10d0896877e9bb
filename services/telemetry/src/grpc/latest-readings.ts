// LatestReadings: the newest value of every metric of a device; the energy of a power stands next to it.
import type { telemetry } from '@mooring/proto';
import { ENERGY, METERED, POWER, unitOf, wattHours } from '../domain/metric.js';
import { latestOf } from '../store/read-rollups.js';
import type { Context } from './context.js';
import { deviceNumberOf } from './request.js';

export function latestReadings({ pool, metrics }: Context) {
  return async (request: telemetry.LatestReadingsRequest): Promise<telemetry.LatestReadingsResponse> => {
    const found = await latestOf(pool, deviceNumberOf(request.deviceNumber));
    const nameOf = await metrics.namesOf(found.map(({ metricId }) => metricId));
    const items = found.flatMap(({ metricId, timeMs, value, intervalS }) => {
      const metric = nameOf(metricId);
      if (metric === METERED) return [];
      const item = { metric, unit: unitOf(metric), timeMs, value };
      if (metric !== POWER || intervalS === 0) return [item];
      const energy = { metric: ENERGY, unit: unitOf(ENERGY), timeMs, value: wattHours(value * intervalS) };
      return [item, energy];
    });
    return { items };
  };
}
