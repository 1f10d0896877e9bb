// The events of one health report: its numbers as readings, its verdict in the state, the rest in the log.
import type { AdmittedDevice, Effect, Json } from '../dialect.js';
import { count, facts, type LogLevel, log, reading } from './device-events.js';
import { type HealthStatus, healthReport } from './health.js';
import { isObject } from './json.js';

const LEVELS: Readonly<Record<HealthStatus, LogLevel>> = {
  unknown: 'info',
  healthy: 'info',
  warning: 'warning',
  unhealthy: 'error',
};

/** Times are the edge's: the report's own timestamp is the device's and only kept with the log line. */
export function healthEffects(
  device: AdmittedDevice,
  value: Json | undefined,
  now: number,
): readonly Effect[] {
  if (!isObject(value)) return [count('malformed', 'health_report')];
  const { readings, status, reasons, details } = healthReport(value);
  return [
    ...readings.map((each) => reading(device, now, each.metric, each.value)),
    facts(device, now, { reported: { health: { status, reasons } } }),
    log(device, now, {
      name: 'health_report',
      level: LEVELS[status],
      message: status,
      fields: { ...details, status, reasons },
    }),
  ];
}
