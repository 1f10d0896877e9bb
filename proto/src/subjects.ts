// Every subject on the bus: who publishes, who listens, how it is delivered, and what is in order.
import { rpc, subject } from '@mooring/runtime';
import { AlarmRaised } from './gen/mooring/bus/v1/alarm.js';
import { AuditEntry } from './gen/mooring/bus/v1/audit.js';
import { ControlBatch } from './gen/mooring/bus/v1/command.js';
import {
  DeviceChanged,
  DeviceConnected,
  DeviceDeleted,
  DeviceDisconnected,
} from './gen/mooring/bus/v1/device.js';
import { Delivery, DeliveryReply } from './gen/mooring/bus/v1/edge.js';
import {
  CheckUpdateReply,
  CheckUpdateRequest,
  OrderUpdateReply,
  OrderUpdateRequest,
  UpdateOrderStep,
} from './gen/mooring/bus/v1/firmware.js';
import { LiveEvent } from './gen/mooring/bus/v1/live.js';
import { FactsBatch, LogBatch, ReadingBatch, UpdateBatch } from './gen/mooring/bus/v1/uplink.js';
import {
  WatchIceReply,
  WatchIceRequest,
  WatchReply,
  WatchRequest,
  WatchResumeReply,
  WatchResumeRequest,
  WatchStepBatch,
} from './gen/mooring/bus/v1/watch.js';

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
  /** edge → signaling: how far watch sessions are. JetStream. */
  watch: subject('watch.step.{node}', WatchStepBatch),
} as const;

/** Presence and life of devices. Published by the registry's outbox; in order per device. */
export const device = {
  /** registry → whoever keeps something per device. JetStream. */
  connected: subject('device.connected.{device}', DeviceConnected),
  /** registry → whoever keeps something per device. JetStream. */
  disconnected: subject('device.disconnected.{device}', DeviceDisconnected),
  /** registry → telemetry, which forgets the device's rows. JetStream. */
  deleted: subject('device.deleted.{device}', DeviceDeleted),
  /** registry → firmware-update: people gave it other tags. JetStream. */
  changed: subject('device.changed.{device}', DeviceChanged),
} as const;

/** Published by telemetry; in order per device. */
export const alarm = {
  /** telemetry → registry, which does what the rule wants done. JetStream. */
  raised: subject('alarm.raised.{device}', AlarmRaised),
} as const;

/** What reaches a connection. */
export const edge = {
  /** registry, signaling, other edges → one edge; in order per sender. Request and reply on core NATS: no responder means the edge is gone. */
  deliver: rpc('edge.{node}.deliver', Delivery, DeliveryReply),
} as const;

/** What edges ask of signaling. Requests on core NATS, answered by one replica of many. */
export const watching = {
  /** edge → signaling: a viewer wants to watch a camera. */
  watch: rpc('signaling.watch', WatchRequest, WatchReply),
  /** edge → signaling: a connection takes up sessions again. */
  resume: rpc('signaling.resume', WatchResumeRequest, WatchResumeReply),
  /** edge → signaling: fresh ICE servers for a session. */
  ice: rpc('signaling.ice', WatchIceRequest, WatchIceReply),
} as const;

/** What is asked of firmware-update. Requests on core NATS, answered by one replica of many. */
export const updating = {
  /** edge → firmware-update: a device asks whether an update waits for it. */
  check: rpc('updating.check', CheckUpdateRequest, CheckUpdateReply),
  /** registry → firmware-update: a person's command to update one device. */
  order: rpc('updating.order', OrderUpdateRequest, OrderUpdateReply),
} as const;

/** Published by firmware-update; in order per device. */
export const updateOrder = {
  /** firmware-update → registry: how far an ordered update is. JetStream. */
  step: subject('firmware.order.{device}', UpdateOrderStep),
} as const;

/** Who did what. */
export const audit = {
  /** edge, firmware-update → registry, which keeps it. JetStream. */
  entry: subject('audit.entry.{organization}', AuditEntry),
} as const;

/** What people see happen. */
export const live = {
  /** telemetry, registry, signaling, firmware-update → api. Core NATS, at most once: a page that missed one asks again. */
  event: subject('live.{organization}', LiveEvent),
} as const;
