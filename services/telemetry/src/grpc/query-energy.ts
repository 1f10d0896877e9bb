// QueryEnergy: watt hours of devices per hour, day or month, and per tariff band.
import type { telemetry } from '@mooring/proto';
import { energyLevels, energyUnit } from '../domain/energy.js';
import { METERED, POWER } from '../domain/metric.js';
import { rangeOf } from '../domain/query.js';
import { energyBetween } from '../store/read-energy.js';
import type { Context } from './context.js';
import { deviceNumbersOf } from './request.js';

export function queryEnergy({ pool, metrics, retention, clock }: Context) {
  return async (request: telemetry.QueryEnergyRequest): Promise<telemetry.QueryEnergyResponse> => {
    const deviceNumbers = deviceNumbersOf(request);
    const nowMs = clock.now();
    const range = rangeOf(request, nowMs);
    const unit = energyUnit(request.by, request.timeZone, request.week);
    const levels = energyLevels(unit, range, retention, nowMs);
    const [powerId, meteredId] = await Promise.all([metrics.find(POWER), metrics.find(METERED)]);
    const source = { deviceNumbers, powerId, meteredId };
    const { items, devices } = await energyBetween(pool, source, range, unit, levels);
    return { items, totalWh: items.reduce((sum, { energyWh }) => sum + energyWh, 0), devices };
  };
}
