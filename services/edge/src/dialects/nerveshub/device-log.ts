// Reads a log line that a device sends over its logging extension.
import type { JsonObject } from '../dialect.js';
import type { LogLevel, LogLine } from './device-events.js';
import { boundedObject, member, textOf } from './json.js';

const MAX_MESSAGE = 4096;
const MAX_LEVEL = 16;
const MAX_TIME = 64;

/** Elixir's levels on ours. */
const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['debug', 'debug'],
  ['info', 'info'],
  ['notice', 'info'],
  ['warning', 'warning'],
  ['warn', 'warning'],
  ['error', 'error'],
  ['critical', 'critical'],
  ['alert', 'critical'],
  ['emergency', 'critical'],
]);

/** Undefined without a message. The device's own time is kept as it was written, in `device_time`. */
export function deviceLogLine(fields: JsonObject): LogLine | undefined {
  const message = textOf(member(fields, 'message'), MAX_MESSAGE);
  if (message === undefined) return undefined;
  const time = member(fields, 'timestamp');
  const written = typeof time === 'number' ? time : textOf(time, MAX_TIME);
  return {
    name: 'device_log',
    level: LEVELS.get(textOf(member(fields, 'level'), MAX_LEVEL)?.toLowerCase() ?? '') ?? 'info',
    message,
    fields: {
      meta: boundedObject(member(fields, 'meta'), 32),
      ...(written === undefined ? {} : { device_time: written }),
    },
  };
}
