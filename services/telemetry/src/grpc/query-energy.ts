// QueryEnergy: watt hours per hour, day or month.
import type { telemetry } from '@mooring/proto';
import { energyBy, energyLevels } from '../domain/energy.js';
import { POWER } from '../domain/metric.js';
import { rangeOf } from '../domain/query.js';
import { energyBetween } from '../store/read-energy.js';
import type { Context } from './context.js';
import { deviceNumberOf } from './request.js';

export function queryEnergy({ pool, metrics, retention, clock }: Context) {
  return async (request: telemetry.QueryEnergyRequest): Promise<telemetry.QueryEnergyResponse> => {
    const device = deviceNumberOf(request.deviceNumber);
    const nowMs = clock.now();
    const range = rangeOf(request, nowMs);
    const unit = energyBy(request.by, request.timeZone);
    const metricId = await metrics.find(POWER);
    if (metricId === undefined) return { items: [], totalWh: 0 };
    const items = await energyBetween(pool, device, metricId, range, unit, energyLevels(retention, nowMs));
    return { items, totalWh: items.reduce((sum, { energyWh }) => sum + energyWh, 0) };
  };
}
