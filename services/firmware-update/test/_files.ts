// Firmware files for tests, and how they are sent and fetched.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { firmware } from '@mooring/proto';
import type { GrpcClient } from '@mooring/runtime';
import { archiveOf, metaConfOf, partsOf, type Signer } from '../src/uploads/_archive.js';

/** A file of the vectors. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../../test/vectors/firmware/${name}`, import.meta.url));
}

let serial = 0;

/** A firmware that nobody else makes: of that version, or of one that no other has, with one resource of these bytes. */
export function made(signer: Signer, data: Uint8Array, version = `0.0.${++serial}`): Buffer {
  const resources = { 'rootfs.img': data };
  const metaConf = metaConfOf(resources, { version, misc: randomUUID() });
  return archiveOf(partsOf(signer, metaConf, resources).map((part) => ({ ...part, stored: true })));
}

/** A firmware that nobody else makes, and a delta that leads to it: signed alike, with a VCDIFF in place of the resource. */
export function madeWithDelta(signer: Signer): { readonly whole: Buffer; readonly delta: Buffer } {
  const resources = { 'rootfs.img': randomBytes(5_000) };
  const metaConf = metaConfOf(resources, { version: `0.0.${++serial}`, misc: randomUUID() });
  const difference = Buffer.concat([Buffer.from('d6c3c4', 'hex'), randomBytes(500)]);
  return {
    whole: archiveOf(partsOf(signer, metaConf, resources)),
    delta: archiveOf(partsOf(signer, metaConf, { 'rootfs.img': difference })),
  };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

type Part = firmware.UploadArtifactRequest;

/** The messages of an upload; `end` is left out for one that is cut off. */
export async function* parts(
  organizationId: string,
  file: Uint8Array,
  { end = true, kind }: { readonly end?: boolean; readonly kind?: string } = {},
): AsyncGenerator<Part> {
  const start = { organizationId, actor: 'tester', expectedBytes: 0, kind };
  yield { part: { $case: 'start', value: start } };
  for (let at = 0; at < file.length; at += 65_536) {
    yield { part: { $case: 'chunk', value: Buffer.from(file.subarray(at, at + 65_536)) } };
  }
  if (end) yield { part: { $case: 'end', value: {} } };
}

/** Makes a key of the organization. */
export async function trust(
  artifacts: GrpcClient<firmware.ArtifactsClient>,
  organizationId: string,
  publicKey: Uint8Array | string,
  name = 'key',
): Promise<firmware.FirmwareKey> {
  const text = typeof publicKey === 'string' ? publicKey : Buffer.from(publicKey).toString('base64');
  const request = { organizationId, name, publicKey: text, actor: 'tester', idempotencyKey: '' };
  const { key } = await artifacts.createFirmwareKey(request);
  if (key === undefined) throw new Error('no key was made');
  return key;
}
