// Reads where a device says it is.
import type { AdmittedDevice, Effect, Json, JsonObject } from '../dialect.js';
import { count, facts, log } from './device-events.js';
import { member, numberOf, textOf } from './json.js';

const MAX_SOURCE = 64;
const MAX_DESCRIPTION = 512;

/** A place on Earth becomes the profile's location; a failure to find it becomes a warning in the log. */
export function locationEffects(device: AdmittedDevice, fields: JsonObject, now: number): readonly Effect[] {
  const latitude = within(member(fields, 'latitude'), 90);
  const longitude = within(member(fields, 'longitude'), 180);
  if (latitude !== undefined && longitude !== undefined) {
    const source = textOf(member(fields, 'source'), MAX_SOURCE) ?? null;
    const accuracy = numberOf(member(fields, 'accuracy')) ?? null;
    const location = { latitude, longitude, source, accuracy };
    const line = { name: 'location', message: `${latitude}, ${longitude}`, fields: location };
    return [facts(device, now, { profile: { location } }), log(device, now, line)];
  }
  const code = textOf(member(fields, 'error_code'), MAX_SOURCE);
  const description = textOf(member(fields, 'error_description'), MAX_DESCRIPTION);
  if (code === undefined && description === undefined) return [count('malformed', 'location')];
  const message = description ?? code ?? '';
  const line = {
    name: 'location_failed',
    level: 'warning',
    message,
    fields: { error_code: code ?? null },
  } as const;
  return [log(device, now, line)];
}

/** Degrees from `-limit` to `limit`. */
function within(value: Json | undefined, limit: number): number | undefined {
  const degrees = numberOf(value);
  return degrees !== undefined && Math.abs(degrees) <= limit ? degrees : undefined;
}
