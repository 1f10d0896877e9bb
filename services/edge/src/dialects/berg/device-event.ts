// The binary events of printers: a 10-byte little-endian header, then a payload by event code (berg.md 3.4).

import { boundedText } from '../bounded-text.js';

interface Header {
  readonly code: number;
  /** 0 in all real events seen; says nothing that may be relied on. */
  readonly commandId: number;
  /** Bytes after the header. */
  readonly length: number;
}

export type DeviceEventBody =
  | { readonly name: 'heartbeat'; readonly uptimeS: number }
  | {
      readonly name: 'did_print';
      readonly printType: number;
      readonly typeName: string;
      readonly printId: number;
    }
  | ({ readonly name: 'did_power_on' } & PowerOnBody)
  | { readonly name: 'command_response'; readonly result: number | undefined }
  | { readonly name: 'product_announce'; readonly productId: string; readonly productVersion: number }
  | { readonly name: 'event_raw'; readonly eventId: number; readonly dataHex: string }
  | { readonly name: 'event_packed'; readonly eventId: number; readonly dataHex: string }
  | { readonly name: 'event_named_packed'; readonly eventName: string; readonly dataHex: string }
  | { readonly name: 'unknown'; readonly dataHex: string };

interface PowerOnBody {
  readonly deviceType: number;
  readonly firmware: string;
  readonly loader: string;
  readonly protocolVersion: number;
  /** High byte cause, low byte detail. */
  readonly reset: number;
  /** Absent for a cause that is not known. */
  readonly resetText: string | undefined;
}

export type PrinterEvent = Header & DeviceEventBody;

/** Which part of the event cannot be right. */
export type MalformedEvent = 'event_header' | 'event_length' | 'event_payload';

const HEADER_BYTES = 10;
/** Data of events that have no decoder is kept up to this many bytes. */
const MAX_KEPT_BYTES = 512;

const PRINT_TYPES: ReadonlyMap<number, string> = new Map([
  [0x01, 'delivery'],
  [0x10, 'nothing_to_print'],
  [0x11, 'quip'],
]);

const RESET_CAUSES: readonly string[] = [
  'Undeterminable cause',
  'FIB bootloader',
  'Ember bootloader',
  'External reset',
  'Power on',
  'Watchdog',
  'Software triggered',
  'Software crash',
  'Flash failure',
  'Fatal error',
  'Access fault',
];

/** A string result says what is malformed. */
export function decodeDeviceEvent(bytes: Buffer): PrinterEvent | MalformedEvent {
  if (bytes.length < HEADER_BYTES) return 'event_header';
  const header = {
    code: bytes.readUInt16LE(0),
    commandId: bytes.readUInt32LE(2),
    length: bytes.readUInt32LE(6),
  };
  if (bytes.length !== HEADER_BYTES + header.length) return 'event_length';
  const body = decodeBody(header.code, bytes.subarray(HEADER_BYTES));
  return body === undefined ? 'event_payload' : { ...header, ...body };
}

function decodeBody(code: number, payload: Buffer): DeviceEventBody | undefined {
  switch (code) {
    case 0x0001:
      return payload.length === 4 ? { name: 'heartbeat', uptimeS: payload.readUInt32LE(0) } : undefined;
    case 0x0002:
      return didPrint(payload);
    case 0x0003:
      return didPowerOn(payload);
    case 0x0080:
      // Spoken between bridge and printer only; a bridge that passes one on does no harm.
      return { name: 'command_response', result: payload[0] };
    case 0xa000:
      return productAnnounce(payload);
    case 0xe17f:
      return namedPacked(payload);
    default:
      return startEvent(code, payload);
  }
}

function didPrint(payload: Buffer): DeviceEventBody | undefined {
  if (payload.length !== 5) return undefined;
  const printType = payload.readUInt8(0);
  const typeName = PRINT_TYPES.get(printType) ?? 'unknown';
  return { name: 'did_print', printType, typeName, printId: payload.readUInt32LE(1) };
}

/** 74 bytes with versions of 32 characters, or 58 with 24 where the radio does not fragment. */
function didPowerOn(payload: Buffer): DeviceEventBody | undefined {
  if (payload.length !== 74 && payload.length !== 58) return undefined;
  const width = payload.length === 74 ? 32 : 24;
  const end = 4 + 2 * width;
  const reset = payload.readUInt16LE(end + 4);
  return {
    name: 'did_power_on',
    deviceType: payload.readUInt32LE(0),
    firmware: paddedText(payload.subarray(4, 4 + width)),
    loader: paddedText(payload.subarray(4 + width, end)),
    protocolVersion: payload.readUInt32LE(end),
    reset,
    resetText: RESET_CAUSES[reset >> 8],
  };
}

function paddedText(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  return boundedText(bytes.toString('latin1', 0, nul < 0 ? bytes.length : nul), 64);
}

/** The only big-endian payload. */
function productAnnounce(payload: Buffer): DeviceEventBody | undefined {
  if (payload.length !== 20) return undefined;
  return {
    name: 'product_announce',
    productId: payload.toString('hex', 0, 16),
    productVersion: payload.readUInt32BE(16),
  };
}

/** The name is one MessagePack string of at most 31 bytes; what follows is kept as it is. */
function namedPacked(payload: Buffer): DeviceEventBody | undefined {
  const head = payload[0];
  if (head === undefined || head < 0xa0 || head > 0xbf) return undefined;
  const end = 1 + head - 0xa0;
  if (payload.length < end) return undefined;
  return {
    name: 'event_named_packed',
    eventName: boundedText(payload.toString('utf8', 1, end), 64),
    dataHex: keptHex(payload.subarray(end)),
  };
}

function startEvent(code: number, payload: Buffer): DeviceEventBody {
  const dataHex = keptHex(payload);
  switch (code & 0xff00) {
    case 0xe000:
      return { name: 'event_raw', eventId: code & 0xff, dataHex };
    case 0xe100:
      return { name: 'event_packed', eventId: code & 0xff, dataHex };
    default:
      return { name: 'unknown', dataHex };
  }
}

function keptHex(data: Buffer): string {
  return data.toString('hex', 0, Math.min(data.length, MAX_KEPT_BYTES));
}
