// Examines a firmware file that lies on disk, in the order in which it costs: headers, meta.conf, signature, data.
import type { FileHandle } from 'node:fs/promises';
import { type ArchiveEntry, type ArchiveLimits, type Layout, layoutOf } from '../domain/fw/layout.js';
import { parseMetaConf } from '../domain/fw/meta-conf.js';
import { type Metadata, metadataOf } from '../domain/fw/metadata.js';
import { isRefusal, type Refusal } from '../domain/fw/refusal.js';
import { compareNames, type Resource, ResourceCheck, resourcesOf } from '../domain/fw/resource.js';
import { firmwareUuid } from '../domain/fw/uuid.js';
import { readDirectory, readEntry } from './archive.js';

/** What a firmware file turned out to be. `S` is what the judge says of its signature. */
export interface Inspected<S> {
  readonly uuid: string;
  readonly metadata: Metadata;
  readonly signer: S;
  /** Some resource is only what differs from another firmware. */
  readonly delta: boolean;
  /** When it was made, by the archive's own word. */
  readonly madeAtMs: number;
}

/** Decides about a signature before anything that it signs is believed. */
export type Judge<S> = (metaConf: Uint8Array, signature: Uint8Array | undefined) => S | Refusal;

/** What the file of `bytes` bytes is, or why it is refused. Throws what reading the file throws, and the reason of an aborted signal. */
export async function inspect<S>(
  file: FileHandle,
  bytes: number,
  limits: ArchiveLimits,
  judge: Judge<S>,
  signal: AbortSignal,
): Promise<Inspected<S> | Refusal> {
  const directory = await readDirectory(file, bytes, limits.maxEntries);
  if (isRefusal(directory)) return directory;
  const layout = layoutOf(directory.entries, directory.directoryOffset, limits);
  if (isRefusal(layout)) return layout;
  const signature = await whole(file, layout.signature, signal);
  const metaConf = await whole(file, layout.metaConf, signal);
  if (isRefusal(signature)) return signature;
  if (isRefusal(metaConf)) return metaConf;
  const signer = judge(metaConf ?? Buffer.alloc(0), signature);
  if (isRefusal(signer)) return signer;
  const known = declared(metaConf ?? Buffer.alloc(0), layout);
  if (isRefusal(known)) return known;
  const delta = await checkData(file, layout, known.resources, signal);
  if (isRefusal(delta)) return delta;
  const { uuid, metadata } = known;
  return { uuid, metadata, signer, delta, madeAtMs: layout.metaConf.modifiedAtMs };
}

/** All bytes of a small entry; undefined where there is none. */
async function whole(file: FileHandle, entry: ArchiveEntry | undefined, signal: AbortSignal) {
  if (entry === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  const refusal = await readEntry(file, entry, signal, (chunk) => chunks.push(chunk) > 0);
  return refusal ?? Buffer.concat(chunks);
}

function declared(metaConf: Buffer, layout: Layout) {
  const conf = parseMetaConf(metaConf.toString('utf8'));
  if (isRefusal(conf)) return conf;
  const metadata = metadataOf(conf);
  if (isRefusal(metadata)) return metadata;
  const resources = resourcesOf(conf);
  if (isRefusal(resources)) return resources;
  return (
    compareNames(resources, layout.resources.keys()) ?? {
      ...{ uuid: firmwareUuid(metaConf), metadata, resources },
    }
  );
}

/** Whether any of them is a delta. */
async function checkData(
  file: FileHandle,
  layout: Layout,
  resources: readonly Resource[],
  signal: AbortSignal,
): Promise<boolean | Refusal> {
  let delta = false;
  for (const resource of resources) {
    const entry = layout.resources.get(resource.name);
    if (entry === undefined) continue;
    const check = new ResourceCheck(resource);
    const refusal = (await readEntry(file, entry, signal, (chunk) => check.update(chunk))) ?? check.finish();
    if (refusal !== undefined) return refusal;
    delta ||= check.delta;
  }
  return delta;
}
