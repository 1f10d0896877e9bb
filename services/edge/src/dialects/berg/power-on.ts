// What a bridge says of itself at power_on. Every part is optional, and a part that is not as described is left out.

import { boundedText, textOf } from '../bounded-text.js';
import type { JsonObject } from '../dialect.js';
import { isEmpty, objectOf, present, type UnknownMembers } from '../json-object.js';
import { bytesOfBase64 } from './base64.js';

export interface BridgePowerOn {
  readonly model: string | undefined;
  readonly firmwareVersion: string | undefined;
  readonly ncpVersion: string | undefined;
  readonly localIpAddress: string | undefined;
  readonly macAddress: string | undefined;
  /** As written: unchanged since the last power_on means the same process on a new socket. */
  readonly uptimeText: string | undefined;
  /** Seconds since the bridge's system started. */
  readonly uptimeS: number | undefined;
  /** Size in bytes and Ethernet address; the environment itself is not kept. */
  readonly uboot: JsonObject | undefined;
  readonly networkInfo: JsonObject | undefined;
}

const MAX_FIELD = 128;
const NETWORK_FIELDS = [
  'network_status',
  'node_type',
  'node_id',
  'node_eui64',
  'pan_id',
  'extended_pan_id',
  'channel',
  'power',
  'radio_power_mode',
  'security_level',
  'security_profile',
] as const;

export function powerOnOf(payload: UnknownMembers): BridgePowerOn {
  const uptime = payload['uptime'];
  const uptimeText = textOf(uptime, MAX_FIELD);
  return {
    model: textOf(payload['model'], MAX_FIELD),
    firmwareVersion: textOf(payload['firmware_version'], MAX_FIELD),
    ncpVersion: textOf(payload['ncp_version'], MAX_FIELD),
    localIpAddress: textOf(payload['local_ip_address'], MAX_FIELD),
    macAddress: textOf(payload['mac_address'], MAX_FIELD),
    uptimeText,
    uptimeS: secondsOf(typeof uptime === 'number' ? String(uptime) : (uptimeText ?? '')),
    uboot: ubootOf(payload['uboot_environment']),
    networkInfo: networkOf(payload['network_info']),
  };
}

/** The first number of the text of /proc/uptime. */
function secondsOf(uptime: string): number | undefined {
  const first = /^\d{1,10}(\.\d{1,9})?(?=\s|$)/.exec(uptime.trim())?.[0];
  return first === undefined ? undefined : Number(first);
}

function ubootOf(environment: unknown): JsonObject | undefined {
  if (typeof environment !== 'string' || environment === '') return undefined;
  const bytes = bytesOfBase64(environment);
  if (bytes === undefined) return undefined;
  const ethaddr = /^ethaddr=([0-9A-Fa-f:]{17})$/m.exec(bytes.toString('latin1'))?.[1];
  return present({ size: bytes.length, ethaddr: ethaddr?.toLowerCase() });
}

function networkOf(info: unknown): JsonObject | undefined {
  const given = objectOf(info);
  if (given === undefined) return undefined;
  const kept = present(Object.fromEntries(NETWORK_FIELDS.map((field) => [field, scalarOf(given[field])])));
  return isEmpty(kept) ? undefined : kept;
}

function scalarOf(value: unknown): string | number | undefined {
  if (typeof value === 'string') return boundedText(value, MAX_FIELD);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
