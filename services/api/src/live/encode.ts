// Turns bus messages into server-sent events, once however many people watch.
import type { bus } from '@mooring/proto';
import { toTime } from '../domain/time.js';
import { unitOf } from '../domain/unit.js';

/** One event as it goes over the wire, and what is needed to decide who gets it and whether it is old. */
export interface LiveItem {
  readonly deviceId: string;
  readonly text: string;
  readonly bytes: number;
  /** What it is news of, and how new it is: an item is old when something at least as new is known of the same. */
  readonly about: string;
  readonly age: number;
}

/** A server-sent event (WHATWG HTML, 9.2.5). JSON holds no line break, so the data is one line. */
export function sse(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What readings of a metric of a device are news of. */
export function aboutMetric(deviceId: string, metric: string): string {
  return `${deviceId} ${metric}`;
}

/** What a change of a device's presence is news of. */
export function aboutPresence(deviceId: string): string {
  return `${deviceId} presence`;
}

/** The events of one message, in its order; none for a kind that this process does not know. */
export function itemsOf({ event }: bus.LiveEvent): LiveItem[] {
  switch (event?.$case) {
    case 'readings':
      return event.value.items.map(reading);
    case 'presence':
      return [presence(event.value)];
    case 'update':
      return [update(event.value)];
    case 'command':
      return [command(event.value)];
    case 'alarm':
      return [alarm(event.value)];
    case 'watch':
      return [watch(event.value)];
    case undefined:
      return [];
  }
}

/** A reading as JSON, in a live stream and in its snapshot. */
export function readingJson(deviceId: string, metric: string, timeMs: number, value: number) {
  return { device_id: deviceId, metric, time: toTime(timeMs), value, unit: unitOf(metric) };
}

function reading({ deviceId, metric, timeMs, value }: bus.LiveReading): LiveItem {
  const data = readingJson(deviceId, metric, timeMs, value);
  return item(deviceId, sse('reading', data), aboutMetric(deviceId, metric), timeMs);
}

function presence({ deviceId, online, epoch, edge, reason, atMs }: bus.LivePresence): LiveItem {
  const data = {
    device_id: deviceId,
    online,
    epoch: Number(epoch),
    edge: edge || null,
    reason: reason || null,
    time: toTime(atMs),
  };
  return item(deviceId, sse('presence', data), aboutPresence(deviceId), presenceAge(epoch, online));
}

function update({ deviceId, status, progress, reason, atMs }: bus.LiveUpdate): LiveItem {
  const data = {
    device_id: deviceId,
    status,
    progress: progress ?? null,
    reason: reason || null,
    time: toTime(atMs),
  };
  return item(deviceId, sse('update', data), `${deviceId} update`, atMs);
}

function command({ deviceId, commandId, type, state, atMs, step }: bus.LiveCommand): LiveItem {
  const data = { device_id: deviceId, command_id: commandId, type, state, time: toTime(atMs) };
  return item(deviceId, sse('command', data), `${deviceId} command ${commandId}`, step);
}

function alarm({ deviceId, alarmId, ruleId, state, atMs }: bus.LiveAlarm): LiveItem {
  const data = { device_id: deviceId, alarm_id: alarmId, rule_id: ruleId, state, time: toTime(atMs) };
  return item(deviceId, sse('alarm', data), `${deviceId} alarm ${alarmId}`, atMs);
}

function watch({ deviceId, sessionId, state, userId, reason, atMs, step }: bus.LiveWatch): LiveItem {
  const data = {
    device_id: deviceId,
    session_id: sessionId,
    state,
    user_id: userId,
    reason: reason || null,
    time: toTime(atMs),
  };
  return item(deviceId, sse('watch', data), `${deviceId} watch ${sessionId}`, step);
}

/** How new a presence is: epochs grow, and within one a device first comes and then goes. */
export function presenceAge(epoch: bigint, online: boolean): number {
  return Number(epoch) * 2 + (online ? 0 : 1);
}

function item(deviceId: string, text: string, about: string, age: number): LiveItem {
  return { deviceId, text, bytes: Buffer.byteLength(text), about, age };
}
