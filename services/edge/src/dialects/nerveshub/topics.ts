// The topics a device may name: the real ones, and the spellings of old documentation and old clients.
import type { AdmittedDevice } from '../dialect.js';

export type Topic =
  /** `id` is set when the client names the device it means, `firmwareUuid` when it is of the 1.x era. */
  | { readonly channel: 'device'; readonly id?: string; readonly firmwareUuid?: string }
  | { readonly channel: 'console' }
  | { readonly channel: 'extensions' };

/** Reads `device`, `devices`, `device:<id>`, `firmware:<uuid>`, `console` and `extensions`; nothing else is a topic. */
export function parseTopic(topic: string): Topic | undefined {
  if (topic === 'device' || topic === 'devices') return { channel: 'device' };
  if (topic === 'console' || topic === 'extensions') return { channel: topic };
  const [prefix, rest] = splitOnce(topic);
  if (rest === '') return undefined;
  if (prefix === 'device') return { channel: 'device', id: rest };
  return prefix === 'firmware' ? { channel: 'device', firmwareUuid: rest } : undefined;
}

function splitOnce(topic: string): readonly [string, string] {
  const colon = topic.indexOf(':');
  return colon < 0 ? [topic, ''] : [topic.slice(0, colon), topic.slice(colon + 1)];
}

/**
 * True when a topic's id is the device's own. The reference lets a device join another one's topic and so read its
 * firmware addresses (nerveshub.md, 6.3).
 */
export function isOwn(id: string, device: AdmittedDevice): boolean {
  return id === device.id || id === device.identifier || id === String(device.number);
}
