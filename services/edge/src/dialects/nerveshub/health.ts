// Reads a device's health report: numbers become readings, the worst threshold crossed becomes its status.
import type { Json, JsonObject } from '../dialect.js';
import { boundedObject, fieldsOf, member } from './json.js';

/** Most metrics taken from one report. */
export const MAX_METRICS = 32;

const THRESHOLDS: readonly (readonly [metric: string, warning: number, unhealthy: number])[] = [
  ['cpu_usage_percent', 80, 90],
  ['mem_used_percent', 70, 80],
  ['disk_used_percentage', 80, 90],
];

export type HealthStatus = 'unknown' | 'healthy' | 'warning' | 'unhealthy';

export interface HealthReport {
  readonly readings: readonly { readonly metric: string; readonly value: number }[];
  readonly status: HealthStatus;
  /** What made it worse than healthy: `{<metric>: {value, threshold}}`. */
  readonly reasons: JsonObject;
  /** Everything else the device reported, cut to size. */
  readonly details: JsonObject;
}

/** `value` is the report itself; whatever it lacks is empty. */
export function healthReport(value: Json | undefined): HealthReport {
  const report = fieldsOf(value);
  const metrics = fieldsOf(member(report, 'metrics'));
  return { readings: readings(metrics), ...judge(metrics), details: details(report) };
}

function readings(metrics: JsonObject): HealthReport['readings'] {
  const found = new Map<string, number>();
  for (const [name, value] of Object.entries(metrics)) {
    if (found.size >= MAX_METRICS) break;
    const metric = metricName(name);
    if (typeof value === 'number' && Number.isFinite(value) && !found.has(metric)) found.set(metric, value);
  }
  return [...found].map(([metric, value]) => ({ metric, value }));
}

/** A metric's name as readings allow it: `[a-z0-9_]`, at most 64 characters with its prefix. */
function metricName(name: string): string {
  return `health_${name
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_')}`.slice(0, 64);
}

/** The worst metric decides; without any of the three nothing is known (nerveshub.md, 3.5). */
function judge(metrics: JsonObject): Pick<HealthReport, 'status' | 'reasons'> {
  let status: HealthStatus = 'unknown';
  const reasons: [string, Json][] = [];
  for (const [metric, warning, unhealthy] of THRESHOLDS) {
    const value = member(metrics, metric);
    if (typeof value !== 'number') continue;
    if (status === 'unknown') status = 'healthy';
    if (value < warning) continue;
    const isUnhealthy = value >= unhealthy;
    if (isUnhealthy || status !== 'unhealthy') status = isUnhealthy ? 'unhealthy' : 'warning';
    reasons.push([metric, { value, threshold: isUnhealthy ? unhealthy : warning }]);
  }
  return { status, reasons: Object.fromEntries(reasons) };
}

function details(report: JsonObject): JsonObject {
  const kept = ['timestamp', 'alarms', 'checks', 'connectivity', 'metadata'].flatMap((name) => {
    const value = member(report, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return boundedObject(Object.fromEntries(kept));
}
