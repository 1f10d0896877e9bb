// ExportReadings: all raw readings of a range, in the order of time, as fast as the caller takes them.
import type { telemetry } from '@mooring/proto';
import { ENERGY, POWER, wattHours } from '../domain/metric.js';
import { rangeOf } from '../domain/query.js';
import type { Context } from './context.js';
import { deviceNumbersOf, metricOf } from './request.js';

export function exportReadings({ exports, metrics, clock }: Context) {
  return async function* (
    request: telemetry.ExportReadingsRequest,
  ): AsyncGenerator<telemetry.ExportReadingsResponse> {
    const devices = deviceNumbersOf(request);
    const metric = request.metric === '' ? undefined : metricOf(request.metric);
    const range = rangeOf(request, clock.now());
    const metricId = metric && (await metrics.find(metric === ENERGY ? POWER : metric));
    // A metric that no device ever had.
    if (metric !== undefined && typeof metricId !== 'number') return;
    const only = typeof metricId === 'number' ? metricId : undefined;
    for await (const rows of exports.read(devices, only, range)) {
      const nameOf = await metrics.namesOf([...new Set(rows.map((row) => row.metricId))]);
      yield {
        deviceNumber: rows.map((row) => BigInt(row.deviceNumber)),
        metric: rows.map((row) => metric ?? nameOf(row.metricId)),
        timeMs: rows.map(({ timeMs }) => timeMs),
        value: rows.map(({ value, intervalS }) => (metric === ENERGY ? wattHours(value * intervalS) : value)),
        intervalS: rows.map(({ intervalS }) => intervalS),
      };
    }
  };
}
