// Computes the uuid of a firmware from its meta.conf, as fwup does (nerveshub.md 5.5).
import { blake2b } from '@noble/hashes/blake2.js';

const NAMESPACE = Buffer.from('2053dffbd51e4310b93b956da89f9f34', 'hex');

/** In the form of a UUID, lower case; the variant bits are whatever the hash has, so it is no strict RFC 4122 one. */
export function firmwareUuid(metaConf: Uint8Array): string {
  const hash = blake2b.create({ dkLen: 32 }).update(NAMESPACE).update(metaConf).digest();
  const bytes = Buffer.from(hash.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
