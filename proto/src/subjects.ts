// Every subject on the bus: who publishes, who listens, how it is delivered, and what is in order.
import { rpc, subject } from '@mooring/runtime';
import { AlarmRaised } from './gen/mooring/bus/v1/alarm.js';
import { ControlBatch } from './gen/mooring/bus/v1/command.js';
import { DeviceConnected, DeviceDeleted, DeviceDisconnected } from './gen/mooring/bus/v1/device.js';
import { Delivery, DeliveryReply } from './gen/mooring/bus/v1/edge.js';
import { LiveEvent } from './gen/mooring/bus/v1/live.js';
import { FactsBatch, LogBatch, ReadingBatch, UpdateBatch } from './gen/mooring/bus/v1/uplink.js';

/** What devices say. Published by edges, a batch at a time; in order per node. */
export const uplink = {
  /** edge → telemetry. JetStream. */
  reading: subject('telemetry.reading.{node}', ReadingBatch),
  /** edge → telemetry. JetStream. */
  log: subject('telemetry.log.{node}', LogBatch),
  /** edge → registry. JetStream. */
  facts: subject('device.facts.{node}', FactsBatch),
  /** edge → registry: answers to commands, hellos, key requests. JetStream. */
  control: subject('device.control.{node}', ControlBatch),
  /** edge → firmware-update. JetStream. */
  update: subject('firmware.status.{node}', UpdateBatch),
} as const;

/** Presence and life of devices. Published by the registry's outbox; in order per device. */
export const device = {
  /** registry → whoever keeps something per device. JetStream. */
  connected: subject('device.connected.{device}', DeviceConnected),
  /** registry → whoever keeps something per device. JetStream. */
  disconnected: subject('device.disconnected.{device}', DeviceDisconnected),
  /** registry → telemetry, which forgets the device's rows. JetStream. */
  deleted: subject('device.deleted.{device}', DeviceDeleted),
} as const;

/** Published by telemetry; in order per device. */
export const alarm = {
  /** telemetry → registry, which does what the rule wants done. JetStream. */
  raised: subject('alarm.raised.{device}', AlarmRaised),
} as const;

/** What reaches a connection. */
export const edge = {
  /** registry, signaling, other edges → one edge. Request and reply on core NATS: no responder means the edge is gone. */
  deliver: rpc('edge.{node}.deliver', Delivery, DeliveryReply),
} as const;

/** What people watch. */
export const live = {
  /** telemetry, registry, firmware-update → api. Core NATS, at most once: a page that missed one asks again. */
  event: subject('live.{organization}', LiveEvent),
} as const;
