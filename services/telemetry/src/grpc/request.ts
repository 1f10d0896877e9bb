// Checks what several requests have in common: devices, metrics, limits, cursors.
import { Fault } from '@mooring/runtime';
import { isMetricName } from '../domain/metric.js';
import type { LogPlace } from '../store/log.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;
const MAX_BIGINT = 2n ** 63n - 1n;

/** The number of a device. Fault `invalid`. */
export function deviceNumberOf(deviceNumber: bigint): bigint {
  if (deviceNumber > MAX_BIGINT) throw new Fault('invalid', 'device_number is out of range');
  return deviceNumber;
}

/** Devices of one question; more would hold a connection for too long. */
const MAX_DEVICES = 2_000;

/** The numbers of the devices that a request is about: the many, or else the one. Fault `invalid`. */
export function deviceNumbersOf(request: {
  readonly deviceNumber: bigint;
  readonly deviceNumbers: readonly bigint[];
}): readonly bigint[] {
  const { deviceNumber, deviceNumbers } = request;
  if (deviceNumbers.length > MAX_DEVICES)
    throw new Fault('invalid', `at most ${MAX_DEVICES} devices at once`);
  return deviceNumbers.length === 0 ? [deviceNumberOf(deviceNumber)] : deviceNumbers.map(deviceNumberOf);
}

/** The name of a metric. Fault `invalid`. */
export function metricOf(metric: string): string {
  if (isMetricName(metric)) return metric;
  throw new Fault('invalid', 'metric is none', {
    details: [{ field: 'metric', message: 'must be lower case letters, digits and _, 64 at most' }],
  });
}

/** How many items a page has: 50 when 0. Fault `invalid` above 500. */
export function limitOf(limit: number): number {
  if (limit > MAX_LIMIT) throw new Fault('invalid', `limit is at most ${MAX_LIMIT}`);
  return limit === 0 ? DEFAULT_LIMIT : limit;
}

/** The place that a cursor names; undefined for none. Fault `invalid`. */
export function logPlace(cursor: string): LogPlace | undefined {
  if (cursor === '') return undefined;
  const [, time, id] = /^(\d{1,15})-(\d{1,18})$/.exec(cursor) ?? [];
  if (time === undefined || id === undefined) throw new Fault('invalid', 'cursor is malformed');
  return { timeMs: Number(time), id: BigInt(id) };
}

export function logCursor({ timeMs, id }: LogPlace): string {
  return `${timeMs}-${id}`;
}
