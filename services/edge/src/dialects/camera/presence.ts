// What a camera's presence becomes: a reading per number, a log entry and the stored presence.
import type { AdmittedDevice, DeviceEvent, Json, JsonObject } from '../dialect.js';
import { isObject, isStorableText } from './wire.js';

/** Bytes of a presence as compact JSON (camera.md, section 3), and levels of nesting in it. */
export const MAX_PRESENCE_BYTES = 4 * 1024;
const MAX_PRESENCE_DEPTH = 16;
/** Numbers of one presence that become readings. */
export const MAX_PRESENCE_READINGS = 32;

export interface Presence {
  /** In the order in which they are to be emitted. */
  readonly events: readonly DeviceEvent[];
  /** Numbers that became no reading: an unusable name, a name twice but for its case, or one too many. */
  readonly skipped: number;
}

const FIELD = /^[A-Za-z0-9_]{1,48}$/;

/** The events of a presence; undefined for one that is too big, too deep, or that no store could keep. */
export function presenceEvents(
  device: AdmittedDevice,
  payload: JsonObject,
  timeMs: number,
): Presence | undefined {
  // Depth first: serializing is recursive, and 64 KiB can hold 30 000 levels.
  if (!isStorable(payload, MAX_PRESENCE_DEPTH)) return undefined;
  if (Buffer.byteLength(JSON.stringify(payload)) > MAX_PRESENCE_BYTES) return undefined;

  const readings = new Map<string, number>();
  let skipped = 0;
  for (const [field, value] of Object.entries(payload)) {
    if (typeof value !== 'number') continue;
    const metric = `presence_${field.toLowerCase()}`;
    if (!FIELD.test(field) || readings.has(metric) || readings.size === MAX_PRESENCE_READINGS) skipped += 1;
    else readings.set(metric, value);
  }
  const events: DeviceEvent[] = [];
  for (const [metric, value] of readings) {
    events.push({ kind: 'reading', device, metric, timeMs, value, intervalS: 0 });
  }
  events.push({
    kind: 'log',
    device,
    name: 'presence',
    level: 'info',
    message: 'Presence reported',
    timeMs,
    fields: payload,
  });
  events.push({ kind: 'facts', device, timeMs, reported: { presence: payload } });
  return { events, skipped };
}

// A number beyond the range of a double parses as Infinity, which JSON cannot write back.
function isStorable(value: Json, depth: number): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (!isObject(value)) return (value as readonly Json[]).every((item) => isStorable(item, depth - 1));
  return Object.entries(value).every(([key, item]) => isStorableText(key) && isStorable(item, depth - 1));
}
