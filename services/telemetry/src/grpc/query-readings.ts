// QueryReadings: the points of one metric, raw or from rollups. Energy comes from the counter where it was metered.
import type { telemetry } from '@mooring/proto';
import { type Level, stepSeconds } from '../domain/level.js';
import { ENERGY, METERED, POWER, unitOf, wattHours } from '../domain/metric.js';
import {
  aggregateOf,
  finestLevel,
  MAX_CHOSEN_POINTS,
  type Range,
  rangeOf,
  rawKept,
  stepOf,
} from '../domain/query.js';
import type { Rollup } from '../domain/rollup.js';
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
    metricIds: readonly number[],
    range: Range,
    level: Level,
    value: ReturnType<typeof aggregateOf>,
  ): Promise<Points> => {
    const found = await Promise.all(
      metricIds.map((id) => rollupsBetween(database, level, device, id, range, MAX_POINTS + 1)),
    );
    const rollups = found.reduce(preferred);
    const kept = rollups.slice(0, MAX_POINTS);
    return {
      stepS: stepSeconds[level],
      timeMs: kept.map(({ bucketMs }) => bucketMs),
      value: kept.map(value),
      truncated: rollups.length > MAX_POINTS,
    };
  };

  /** The number of the metric of what was metered; undefined when the device was not metered in the range. */
  const meteredIn = async (device: bigint, range: Range): Promise<number | undefined> => {
    const id = await metrics.find(METERED);
    if (id === undefined) return undefined;
    const [first] = await rollupsBetween(database, 'day', device, id, range, 1);
    return first === undefined ? undefined : id;
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
    const meteredId = metric === ENERGY ? await meteredIn(device, range) : undefined;
    const ids = [meteredId, metricId].filter((id) => id !== undefined);
    if (ids.length === 0 || (asked === 'raw' && metricId === undefined)) {
      const stepS = asked === undefined || asked === 'raw' ? 0 : stepSeconds[asked];
      return { ...about, stepS, timeMs: [], value: [], truncated: false };
    }
    if (metricId !== undefined) {
      if (asked === 'raw') return { ...about, ...(await raw(device, metricId, range, metric, MAX_POINTS)) };
      if (asked === undefined && meteredId === undefined && rawKept(range, retention, nowMs)) {
        const points = await raw(device, metricId, range, metric, MAX_CHOSEN_POINTS);
        if (!points.truncated) return { ...about, ...points };
      }
    }
    const level = asked === undefined || asked === 'raw' ? chosen : asked;
    return { ...about, ...(await rolledUp(device, ids, range, level, value)) };
  };
}

/** The buckets of both, oldest first; those of the first where both have one. */
function preferred(first: readonly Rollup[], second: readonly Rollup[]): Rollup[] {
  const buckets = new Map([...second, ...first].map((rollup) => [rollup.bucketMs, rollup]));
  return [...buckets.values()].sort((a, b) => a.bucketMs - b.bucketMs);
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
