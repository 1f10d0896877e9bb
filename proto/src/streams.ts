// Every JetStream stream and bucket as data: what it holds, for how long, and why. Applied by one command, never by a service.
import { bucket, deadLetterStream, stream } from '@mooring/runtime';
import { alarm, audit, device, updateOrder, uplink } from './subjects.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const GIB = 1024 ** 3;

export const telemetryStream = stream({
  name: 'TELEMETRY',
  subjects: [uplink.reading, uplink.log],
  maxAgeMs: DAY_MS,
  maxBytes: 4 * GIB,
  duplicateWindowMs: 2 * MINUTE_MS,
  why: 'The durable rung of every reading: long enough to sit out a day without Postgres.',
});

export const deviceStream = stream({
  name: 'DEVICE',
  subjects: [
    uplink.facts,
    uplink.control,
    device.connected,
    device.disconnected,
    device.deleted,
    device.changed,
  ],
  maxAgeMs: 7 * DAY_MS,
  maxBytes: GIB,
  duplicateWindowMs: 2 * MINUTE_MS,
  why: 'What is known of devices changes rarely and matters long: a consumer away for days catches up.',
});

export const firmwareStream = stream({
  name: 'FIRMWARE',
  subjects: [uplink.update, updateOrder.step],
  maxAgeMs: 7 * DAY_MS,
  maxBytes: GIB,
  duplicateWindowMs: 2 * MINUTE_MS,
  why: 'The steps of an update decide rollouts and must survive a restart of whoever counts them.',
});

export const alarmStream = stream({
  name: 'ALARM',
  subjects: [alarm.raised],
  maxAgeMs: DAY_MS,
  maxBytes: GIB / 4,
  duplicateWindowMs: 2 * MINUTE_MS,
  why: 'A cut-off that could not be sent yet is still worth sending for a while, and never two times.',
});

export const watchStream = stream({
  name: 'WATCH',
  subjects: [uplink.watch],
  maxAgeMs: DAY_MS,
  maxBytes: GIB / 4,
  duplicateWindowMs: 2 * MINUTE_MS,
  why: 'A step that signaling was not there for still decides whether its session is timed out.',
});

export const auditStream = stream({
  name: 'AUDIT',
  subjects: [audit.entry],
  maxAgeMs: 7 * DAY_MS,
  maxBytes: GIB / 4,
  duplicateWindowMs: 2 * MINUTE_MS,
  why: 'Who did what must reach the log also when the registry is away while it is done.',
});

/** All of them, in the order in which they are applied. */
export const streams = [
  telemetryStream,
  deviceStream,
  firmwareStream,
  alarmStream,
  watchStream,
  auditStream,
  deadLetterStream,
] as const;

/** Firmware files, by the id that the firmware-update service gives each. */
export const firmwareBucket = bucket({
  name: 'firmware',
  maxBytes: 2 * GIB,
  why: 'Firmware of a small fleet without another server; with more of it, an object store outside takes its place.',
});

/** All buckets of objects; applied with the streams. */
export const buckets = [firmwareBucket] as const;

/** NATS KV bucket in which each edge node holds its lease: key node, value boot. */
export const edgeLease = {
  bucket: 'edge-lease',
  ttlMs: 8_000,
  renewMs: 2_000,
} as const;
