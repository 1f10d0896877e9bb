// QueryReadings: the points of one metric, raw or from rollups.
import type { telemetry } from '@mooring/proto';
import { type Level, stepSeconds } from '../domain/level.js';
import { ENERGY, POWER, unitOf, wattHours } from '../domain/metric.js';
import {
  aggregateOf,
  finestLevel,
  MAX_CHOSEN_POINTS,
  type Range,
  rangeOf,
  rawKept,
  stepOf,
} from '../domain/query.js';
import { type RawReading, rawReadings } from '../store/read-readings.js';
import { rollupsBetween } from '../store/read-rollups.js';
import type { Context } from './context.js';
import { deviceNumberOf, metricOf } from './request.js';

/** More points than one answer holds are asked for again from the last one. */
const MAX_POINTS = 10_000;

type Points = Omit<telemetry.QueryReadingsResponse, 'metric' | 'unit'>;

export function queryReadings({ pool, database, metrics, retention, clock }: Context) {
  const raw = async (device: bigint, metricId: number, range: Range, metric: string, limit: number) =>
    rawPoints(await rawReadings(pool, device, metricId, range, limit + 1), metric, limit);

  const rolledUp = async (
    device: bigint,
    metricId: number,
    range: Range,
    level: Level,
    value: ReturnType<typeof aggregateOf>,
  ): Promise<Points> => {
    const rollups = await rollupsBetween(database, level, device, metricId, range, MAX_POINTS + 1);
    const kept = rollups.slice(0, MAX_POINTS);
    return {
      stepS: stepSeconds[level],
      timeMs: kept.map(({ bucketMs }) => bucketMs),
      value: kept.map(value),
      truncated: rollups.length > MAX_POINTS,
    };
  };

  return async (request: telemetry.QueryReadingsRequest): Promise<telemetry.QueryReadingsResponse> => {
    const device = deviceNumberOf(request.deviceNumber);
    const metric = metricOf(request.metric);
    const nowMs = clock.now();
    const range = rangeOf(request, nowMs);
    const value = aggregateOf(request.agg, metric);
    const asked = request.stepS === undefined ? undefined : stepOf(request.stepS);
    const chosen = finestLevel(range, retention, nowMs);
    const about = { metric, unit: request.agg === 'count' ? '' : unitOf(metric) };

    const metricId = await metrics.find(metric === ENERGY ? POWER : metric);
    if (metricId === undefined) {
      const stepS = asked === undefined || asked === 'raw' ? 0 : stepSeconds[asked];
      return { ...about, stepS, timeMs: [], value: [], truncated: false };
    }
    if (asked === 'raw') return { ...about, ...(await raw(device, metricId, range, metric, MAX_POINTS)) };
    if (asked === undefined && rawKept(range, retention, nowMs)) {
      const points = await raw(device, metricId, range, metric, MAX_CHOSEN_POINTS);
      if (!points.truncated) return { ...about, ...points };
    }
    return { ...about, ...(await rolledUp(device, metricId, range, asked ?? chosen, value)) };
  };
}

function rawPoints(found: readonly RawReading[], metric: string, limit: number): Points {
  const kept = found.slice(0, limit);
  return {
    stepS: 0,
    timeMs: kept.map(({ timeMs }) => timeMs),
    value: kept.map(({ value, intervalS }) => (metric === ENERGY ? wattHours(value * intervalS) : value)),
    truncated: found.length > limit,
  };
}
