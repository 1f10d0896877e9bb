// Short spellings of the events that the channels emit for their device.
import type { AdmittedDevice, DeviceEvent, Effect, JsonObject } from '../dialect.js';

export type LogLevel = Extract<DeviceEvent, { kind: 'log' }>['level'];

export interface LogLine {
  readonly name: string;
  /** `info` where nothing is said. */
  readonly level?: LogLevel;
  readonly message: string;
  readonly fields?: JsonObject;
}

export function log(device: AdmittedDevice, timeMs: number, line: LogLine): Effect {
  const { name, level = 'info', message, fields = {} } = line;
  return { do: 'emit', event: { kind: 'log', device, name, level, message, timeMs, fields } };
}

export interface Facts {
  readonly profile?: JsonObject;
  readonly firmware?: JsonObject;
  readonly reported?: JsonObject;
}

export function facts(device: AdmittedDevice, timeMs: number, known: Facts): Effect {
  return { do: 'emit', event: { kind: 'facts', device, timeMs, ...known } };
}

/** A step of an update, or what decides on updates. */
export function step(
  device: AdmittedDevice,
  timeMs: number,
  said: Omit<Extract<DeviceEvent, { kind: 'update' }>, 'kind' | 'device' | 'timeMs'>,
): Effect {
  return { do: 'emit', event: { kind: 'update', device, timeMs, ...said } };
}

export function reading(device: AdmittedDevice, timeMs: number, metric: string, value: number): Effect {
  return { do: 'emit', event: { kind: 'reading', device, metric, timeMs, value, intervalS: 0 } };
}

type Outcome = Extract<Effect, { do: 'count' }>['outcome'];

export function count(outcome: Outcome, what: string): Effect {
  return { do: 'count', outcome, what };
}
