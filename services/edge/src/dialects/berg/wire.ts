// The BERG codec: one JSON object per text frame, decoded and bounded in full. Keeps no reference to a frame's bytes.

import { textOf } from '../bounded-text.js';
import type { Frame } from '../dialect.js';
import { objectOf, type UnknownMembers } from '../json-object.js';
import { addressOf } from './address.js';
import { bytesOfBase64 } from './base64.js';
import { type BridgeLogRecords, recordsOf } from './bridge-log.js';
import { decodeDeviceEvent, type PrinterEvent } from './device-event.js';
import { type BridgePowerOn, powerOnOf } from './power-on.js';

interface Envelope {
  /** 16 lower-case hex digits. */
  readonly bridge: string;
  /** The bridge's own clock, as written; kept for the record only, since that clock has no battery. */
  readonly clock: number | string | undefined;
}

/** What a radio link told about its last packets. */
interface Link {
  /** Mean of the last 20 packets, in dBm. */
  readonly rssiDbm: number | undefined;
}

interface CommandResponse {
  readonly commandId: number;
  /** Null, like 0, means done. */
  readonly returnCode: number | null;
}

export type BergMessage = Envelope &
  (
    | ({ readonly kind: 'power_on' } & BridgePowerOn)
    | { readonly kind: 'device_connect' | 'device_disconnect'; readonly printer: string }
    | { readonly kind: 'encryption_key_required'; readonly printer: string }
    | { readonly kind: 'unknown_bridge_event' }
    | ({ readonly kind: 'bridge_log' } & BridgeLogRecords)
    | ({ readonly kind: 'device_event'; readonly printer: string; readonly event: PrinterEvent } & Link)
    | ({
        readonly kind: 'device_response';
        /** Absent from replacement bridges. */
        readonly printer: string | undefined;
        readonly transferTimeS: number | undefined;
      } & Link &
        CommandResponse)
    | ({ readonly kind: 'bridge_response' } & CommandResponse)
  );

/** What is said about one printer on the network. */
export type PrinterMessage = Extract<
  BergMessage,
  { kind: 'device_connect' | 'device_disconnect' | 'device_event' | 'device_response' }
>;

/** Well formed, but of a type that is not acted on. */
export interface Unrecognised {
  readonly kind: 'unrecognised';
  readonly what: 'type' | 'wifi_event';
}

export interface Malformed {
  readonly kind: 'malformed';
  readonly what: string;
}

export type Decoded = BergMessage | Unrecognised | Malformed;

const types = [
  'BridgeEvent',
  'BridgeLog',
  'DeviceEvent',
  'DeviceCommandResponse',
  'BridgeCommandResponse',
] as const;
type MessageType = (typeof types)[number];

// Broken UTF-8 is replaced here: the socket has already refused text that is not UTF-8.
const utf8 = new TextDecoder();

export function decode(frame: Frame): Decoded {
  if (frame.binary) return malformed('binary');
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8.decode(frame.data));
  } catch {
    return malformed('json');
  }
  const message = objectOf(parsed);
  if (message === undefined) return malformed('not_an_object');
  const type = message['type'];
  if (typeof type !== 'string') return malformed('type');
  // BERG's Wi-Fi devices open with this one; it names no bridge and nothing else of theirs is served here.
  if (type === 'WifiEvent') return { kind: 'unrecognised', what: 'wifi_event' };
  if (!isKnown(type)) return { kind: 'unrecognised', what: 'type' };
  const bridge = addressOf(message['bridge_address']);
  if (bridge === undefined) return malformed('bridge_address');
  return decodeType(type, message, { bridge, clock: clockOf(message['timestamp']) });
}

function isKnown(type: string): type is MessageType {
  return types.some((known) => known === type);
}

function decodeType(type: MessageType, message: UnknownMembers, envelope: Envelope): Decoded {
  switch (type) {
    case 'BridgeEvent':
      return bridgeEvent(message, envelope);
    case 'BridgeLog': {
      const records = message['records'];
      if (!Array.isArray(records)) return malformed('records');
      return { kind: 'bridge_log', ...envelope, ...recordsOf(records) };
    }
    case 'DeviceEvent':
      return deviceEvent(message, envelope);
    case 'DeviceCommandResponse': {
      const response = responseOf(message);
      if (response === undefined) return malformed('response');
      const printer = addressOf(message['device_address']);
      const transferTimeS = secondsOf(message['transfer_time']);
      const rssiDbm = rssiOf(message['rssi_stats']);
      return { kind: 'device_response', ...envelope, ...response, printer, transferTimeS, rssiDbm };
    }
    case 'BridgeCommandResponse': {
      const response = responseOf(message);
      return response === undefined
        ? malformed('response')
        : { kind: 'bridge_response', ...envelope, ...response };
    }
  }
}

function bridgeEvent(message: UnknownMembers, envelope: Envelope): Decoded {
  const payload = objectOf(message['json_payload']);
  const name = payload?.['name'];
  if (payload === undefined || typeof name !== 'string') return malformed('json_payload');
  switch (name) {
    case 'power_on':
      return { kind: 'power_on', ...envelope, ...powerOnOf(payload) };
    case 'device_connect':
    case 'device_disconnect':
    case 'encryption_key_required': {
      const printer = addressOf(payload['device_address']);
      if (printer === undefined) return malformed('device_address');
      return name === 'encryption_key_required'
        ? { kind: name, ...envelope, printer }
        : { kind: name, ...envelope, printer };
    }
    default:
      return { kind: 'unknown_bridge_event', ...envelope };
  }
}

function deviceEvent(message: UnknownMembers, envelope: Envelope): Decoded {
  const printer = addressOf(message['device_address']);
  if (printer === undefined) return malformed('device_address');
  const payload = message['binary_payload'];
  const bytes = typeof payload === 'string' ? bytesOfBase64(payload) : undefined;
  if (bytes === undefined) return malformed('binary_payload');
  const event = decodeDeviceEvent(bytes);
  if (typeof event === 'string') return malformed(event);
  return { kind: 'device_event', ...envelope, printer, event, rssiDbm: rssiOf(message['rssi_stats']) };
}

function responseOf(message: UnknownMembers): CommandResponse | undefined {
  const commandId = message['command_id'];
  const returnCode = message['return_code'] ?? null;
  if (typeof commandId !== 'number' || !Number.isSafeInteger(commandId)) return undefined;
  if (returnCode !== null && (typeof returnCode !== 'number' || !Number.isSafeInteger(returnCode)))
    return undefined;
  return { commandId, returnCode };
}

/** `[average, minimum, maximum]`; null, empty or absent from replacement bridges. */
function rssiOf(stats: unknown): number | undefined {
  const average: unknown = Array.isArray(stats) ? stats[0] : undefined;
  return typeof average === 'number' && average >= -150 && average <= 50 ? average : undefined;
}

/** A command ends within 30 minutes or is given up, so a longer transfer is no measurement. */
function secondsOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 3600 ? value : undefined;
}

/** Fractional or whole seconds, 0, or a string: all were seen. */
function clockOf(timestamp: unknown): number | string | undefined {
  if (typeof timestamp === 'number' && Number.isFinite(timestamp)) return timestamp;
  return textOf(timestamp, 64);
}

function malformed(what: string): Malformed {
  return { kind: 'malformed', what };
}
