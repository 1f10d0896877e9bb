// Decides whether the entries of an archive are those of a firmware file, from their headers alone (nerveshub.md 5.5).
import { type Refusal, refuse, shown } from './refusal.js';
import { SIGNATURE_BYTES } from './signature.js';

/** An entry as the central directory has it, and what its local header says. */
export interface ArchiveEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** General purpose bits. */
  readonly flags: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly inflatedBytes: number;
  /** Where its local header begins, in bytes from the beginning of the file. */
  readonly offset: number;
  /** Where its data begin. */
  readonly dataOffset: number;
  readonly modifiedAtMs: number;
  /** What a reader sees that takes the file from its beginning, as devices do. */
  readonly local: {
    readonly name: string;
    readonly method: number;
    readonly flags: number;
    readonly compressedBytes: number;
    readonly inflatedBytes: number;
  };
}

/** A firmware file's entries by what they are for. */
export interface Layout {
  readonly signature: ArchiveEntry | undefined;
  readonly metaConf: ArchiveEntry;
  /** By the name of the resource, in the order of the file. */
  readonly resources: ReadonlyMap<string, ArchiveEntry>;
}

/** What a file may hold at most. */
export interface ArchiveLimits {
  readonly maxEntries: number;
  /** Of all entries together, when inflated. */
  readonly maxInflatedBytes: number;
}

const META_CONF = { least: 10, most: 49_999 } as const;
const DATA = 'data/';
const MAX_NAME_CHARS = 255;
const ENCRYPTED = 0x2041;
const DESCRIPTOR = 0x8;
// Signature or not, sizes of 4 or 8 bytes.
const DESCRIPTOR_BYTES = [12, 16, 20, 24];
const STORED = 0;
const DEFLATED = 8;

/** The layout, or the first thing that is wrong. `directoryOffset` is where the central directory begins. */
export function layoutOf(
  entries: readonly ArchiveEntry[],
  directoryOffset: number,
  limits: ArchiveLimits,
): Layout | Refusal {
  if (entries.length > limits.maxEntries) {
    return refuse('too_many_entries', `the file has more than ${limits.maxEntries} entries`);
  }
  const inOrder = entries.toSorted((one, other) => one.offset - other.offset);
  return (
    inOrder.map(unsupported).find((found) => found !== undefined) ??
    repeated(inOrder) ??
    hidden(inOrder, directoryOffset) ??
    tooLarge(inOrder, limits.maxInflatedBytes) ??
    arranged(inOrder)
  );
}

function unsupported({ name, method, flags, local, ...entry }: ArchiveEntry): Refusal | undefined {
  if ((flags & ENCRYPTED) !== 0) return refuse('entry_unsupported', `${shown(name)} is encrypted`);
  if (method !== STORED && method !== DEFLATED) {
    return refuse('entry_unsupported', `${shown(name)} is neither stored nor deflated`);
  }
  const described = (local.flags & DESCRIPTOR) !== 0;
  const sameSizes =
    local.compressedBytes === entry.compressedBytes && local.inflatedBytes === entry.inflatedBytes;
  if (local.name !== name || local.method !== method || (!described && !sameSizes)) {
    return refuse('damaged', `the headers of ${shown(name)} contradict each other`);
  }
  return undefined;
}

function repeated(entries: readonly ArchiveEntry[]): Refusal | undefined {
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : refuse('duplicate_entry', `${shown(twice)} is there twice`);
}

// A device reads from the beginning and sees what the directory may leave out; overlapping entries make bombs.
function hidden(entries: readonly ArchiveEntry[], directoryOffset: number): Refusal | undefined {
  let end = 0;
  let gaps: readonly number[] = [0];
  for (const { offset, dataOffset, compressedBytes, local } of entries) {
    if (!gaps.includes(offset - end)) return gap(offset);
    end = dataOffset + compressedBytes;
    gaps = (local.flags & DESCRIPTOR) === 0 ? [0] : DESCRIPTOR_BYTES;
  }
  return gaps.includes(directoryOffset - end) ? undefined : gap(directoryOffset);
}

function gap(offset: number): Refusal {
  return refuse('hidden_bytes', `there are bytes before offset ${offset} that belong to no entry, or to two`);
}

function tooLarge(entries: readonly ArchiveEntry[], maxBytes: number): Refusal | undefined {
  const bytes = entries.reduce((sum, { inflatedBytes }) => sum + inflatedBytes, 0);
  if (bytes <= maxBytes) return undefined;
  return refuse('inflates_too_large', `the file inflates to ${bytes} bytes, more than ${maxBytes}`);
}

function arranged(entries: readonly ArchiveEntry[]): Layout | Refusal {
  const resources = new Map<string, ArchiveEntry>();
  const [first, second] = entries;
  const signature = first?.name === 'meta.conf.ed25519' ? first : undefined;
  const metaConf = signature === undefined ? first : second;
  if (metaConf === undefined || !entries.some(({ name }) => name === 'meta.conf')) {
    return refuse('meta_conf_missing', 'there is no meta.conf in the file');
  }
  if (metaConf.name !== 'meta.conf') {
    return refuse('wrong_order', 'meta.conf must come first, or directly after its signature');
  }
  if (signature !== undefined && signature.inflatedBytes !== SIGNATURE_BYTES) {
    return refuse(
      'bad_signature',
      `the signature has ${signature.inflatedBytes} bytes, not ${SIGNATURE_BYTES}`,
    );
  }
  const { least, most } = META_CONF;
  if (metaConf.inflatedBytes < least || metaConf.inflatedBytes > most) {
    return refuse('meta_conf_size', `meta.conf has ${metaConf.inflatedBytes} bytes, not ${least} to ${most}`);
  }
  for (const entry of entries.slice(signature === undefined ? 1 : 2)) {
    const resource = entry.name.slice(DATA.length);
    if (entry.name === 'meta.conf.ed25519') {
      return refuse('wrong_order', 'the signature must be the first entry');
    }
    if (!entry.name.startsWith(DATA) || resource === '' || entry.name.length > MAX_NAME_CHARS) {
      return refuse('unexpected_entry', `${shown(entry.name)} has no place in a firmware file`);
    }
    resources.set(resource, entry);
  }
  return { signature, metaConf, resources };
}
