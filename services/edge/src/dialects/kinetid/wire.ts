// The Kinetid codec: one compact JSON object per text frame. Checks the envelope; meaning is checked where it is used.

import type { Frame } from '../dialect.js';

/** An object with a device id; every other member is whatever the peer wrote. */
export interface Message {
  readonly deviceId: string;
  readonly cmd?: unknown;
  readonly v?: unknown;
  readonly token?: unknown;
  readonly boot?: unknown;
  readonly fw?: unknown;
  readonly on?: unknown;
  readonly by?: unknown;
  readonly id?: unknown;
  readonly error?: unknown;
  readonly seq?: unknown;
  readonly ts?: unknown;
  readonly consumptions?: unknown;
}

/** Why a frame holds no message. */
export type Malformed = 'binary' | 'json' | 'not_an_object' | 'device_id';

/** Characters; ids seen are 14 decimal digits. */
const MAX_DEVICE_ID = 64;
const DEVICE_ID = /^[0-9A-Za-z._:-]+$/;

// A BOM is dropped and broken UTF-8 is replaced: the socket has already refused text that is not UTF-8.
const utf8 = new TextDecoder();

/** A string result says what is wrong with the frame. Keeps no reference to the frame's bytes. */
export function decode(frame: Frame): Message | Malformed {
  if (frame.binary) return 'binary';
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8.decode(frame.data));
  } catch {
    return 'json';
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'not_an_object';
  const message = parsed as Message;
  const id: unknown = message.deviceId;
  return typeof id === 'string' && id.length > 0 && id.length <= MAX_DEVICE_ID ? message : 'device_id';
}

/** Asked only of ids that are new to a session; a known one was asked before. */
export function isDeviceId(id: string): boolean {
  return DEVICE_ID.test(id);
}

/** Ids of WiFi plugs are their MAC address as a decimal number (kinetid.md 3.1); undefined when this one is not. */
export function macAddressOf(deviceId: string): string | undefined {
  if (!/^[1-9][0-9]{7,14}$/.test(deviceId)) return undefined;
  const number = Number(deviceId);
  // The first three octets name the maker, so a number without them is a number of another kind.
  if (number < 2 ** 24 || number >= 2 ** 48) return undefined;
  const hex = number.toString(16).padStart(12, '0');
  return hex.replace(/(..)(?=.)/g, '$1:');
}

/** The answer to a version 2 hello. Periods in seconds: heartbeat 4, report 60. */
export function encodeHello(deviceId: string, nowMs: number): string {
  const time = Math.floor(nowMs / 1000);
  return JSON.stringify({ cmd: 'hello', deviceId, ok: true, time, hb: 4, report: 60 });
}

/** Only for devices that said version 2. */
export function encodeError(deviceId: string, error: string): string {
  return JSON.stringify({ cmd: 'error', deviceId, error });
}

/** Tells a plug, of either version, to switch the power of its appliance (kinetid.md 3.2). */
export function encodeSwitch(deviceId: string, on: boolean, number: number): string {
  return JSON.stringify({ cmd: 'switch', deviceId, on, id: `c-${number}` });
}

const COMMAND_ID = /^c-([1-9][0-9]{0,9})$/;
const MAX_NUMBER = 2 ** 32 - 1;

/** The number of the command that an `ack` names; undefined for an id that is none of ours. */
export function commandNumberOf(id: string): number | undefined {
  const number = Number(COMMAND_ID.exec(id)?.[1]);
  return number <= MAX_NUMBER ? number : undefined;
}
