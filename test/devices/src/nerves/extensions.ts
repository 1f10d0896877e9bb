// What a device answers on the `extensions` channel: health, location and network identity.
import { isList, type Json, type JsonObject } from '../json.js';

/** Names and versions that the device offers when it joins the channel. */
export const offered: JsonObject = { geo: '0.0.1', health: '0.0.1', network_identity: '0.0.1' };

/** Pushes that answer the join: one `<name>:attached` for each extension that the platform allowed. */
export function onJoined(response: Json): readonly string[] {
  return names(response).map((name) => `${name}:attached`);
}

/** The push that answers an event, if it is one that is answered. */
export function onEvent(
  event: string,
  payload: JsonObject,
  nowMs: number,
): readonly (readonly [event: string, payload: JsonObject])[] {
  switch (event) {
    case 'health:check':
      return [['health:report', { value: health(nowMs) }]];
    case 'geo:location:request':
      return [['geo:location:update', { latitude: 42.6977, longitude: 23.3219, source: 'simulated' }]];
    case 'network_identity:request':
      return [['network_identity:report', { identities: [] }]];
    case 'attach':
      return names(payload['extensions'] ?? null).map((name) => [`${name}:attached`, {}]);
    case 'detach':
      return names(payload['extensions'] ?? null).map((name) => [`${name}:detached`, {}]);
    default:
      return [];
  }
}

function names(value: Json): readonly string[] {
  return isList(value)
    ? value.filter((name): name is string => typeof name === 'string' && name in offered)
    : [];
}

/** A lightly loaded device; the numbers move slowly with time, so that charts show something. */
function health(nowMs: number): JsonObject {
  const swing = Math.sin(nowMs / 600_000);
  return {
    timestamp: new Date(nowMs).toISOString(),
    metadata: {},
    alarms: {},
    checks: {},
    connectivity: {},
    metrics: {
      cpu_usage_percent: Math.round((20 + 8 * swing) * 100) / 100,
      load_1min: Math.round((0.9 + 0.3 * swing) * 100) / 100,
      mem_size_mb: 512,
      mem_used_mb: Math.round(180 + 20 * swing),
      mem_used_percent: Math.round((180 + 20 * swing) / 5.12),
    },
  };
}
