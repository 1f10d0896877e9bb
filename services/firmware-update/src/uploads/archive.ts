// Reads a zip archive from an open file: its entries as both kinds of header have them, and the data of one.
import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, type LocalFileHeader, type ZipFile } from 'yauzl';
import type { ArchiveEntry } from '../domain/fw/layout.js';
import { type Refusal, refuse, shown } from '../domain/fw/refusal.js';
import { BoundedReader } from './bounded-reader.js';

const CHUNK_BYTES = 64 * 1024;
const DEFLATED = 8;

/** The entries of an archive, and where the directory that lists them begins. */
export interface Directory {
  readonly entries: readonly ArchiveEntry[];
  readonly directoryOffset: number;
}

/**
 * Reads both headers of every entry, at most one entry more than `maxEntries`. Refusals: `not_a_zip`, `damaged`. Throws
 * what reading the file throws.
 */
export async function readDirectory(
  file: FileHandle,
  bytes: number,
  maxEntries: number,
): Promise<Directory | Refusal> {
  const reader = new BoundedReader(file, bytes);
  let zip: ZipFile;
  try {
    zip = await fromRandomAccessReaderPromise(reader, bytes, { autoClose: false, decodeStrings: false });
  } catch (error) {
    if (!isComplaint(error)) throw error;
    return refuse('not_a_zip', 'the file is not a complete zip archive');
  }
  // Until the first entry is read, the cursor stands where the directory begins.
  const directoryOffset = Number(zip.readEntryCursor);
  try {
    return { entries: await readHeaders(zip, maxEntries), directoryOffset };
  } catch (error) {
    if (!isComplaint(error)) throw error;
    return refuse('damaged', 'the headers of the zip archive cannot be read');
  }
}

async function readHeaders(zip: ZipFile, maxEntries: number): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  for await (const entry of zip.eachEntry()) {
    entries.push(toEntry(entry, await zip.readLocalFileHeaderPromise(entry)));
    if (entries.length > maxEntries) break;
  }
  return entries;
}

function toEntry(entry: Entry, header: LocalFileHeader): ArchiveEntry {
  return {
    name: entry.fileNameRaw.toString('utf8'),
    method: entry.compressionMethod,
    flags: entry.generalPurposeBitFlag,
    crc32: entry.crc32,
    compressedBytes: entry.compressedSize,
    inflatedBytes: entry.uncompressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
    dataOffset: header.fileDataStart,
    modifiedAtMs: entry.getLastModDate({ timezone: 'UTC' }).getTime() || 0,
    local: {
      name: header.fileName.toString('utf8'),
      method: header.compressionMethod,
      flags: header.generalPurposeBitFlag,
      compressedBytes: header.compressedSize,
      inflatedBytes: header.uncompressedSize,
    },
  };
}

/**
 * Gives the data of an entry to `take`, inflated, a chunk at a time, until it answers false. Never more bytes than the
 * headers say, whatever the data inflate to. Refusal: `damaged`. Throws what reading the file and `take` throw.
 */
export async function readEntry(
  file: FileHandle,
  entry: ArchiveEntry,
  signal: AbortSignal,
  take: (chunk: Uint8Array) => boolean,
): Promise<Refusal | undefined> {
  const damaged = `the data of ${shown(entry.name)} are damaged`;
  const stored = Readable.from(bytesOf(file, entry), { objectMode: false });
  // The callback is there so that a failure is not thrown twice: the loop sees it.
  const data = entry.method === DEFLATED ? pipeline(stored, createInflateRaw(), () => undefined) : stored;
  let bytes = 0;
  let sum = 0;
  try {
    for await (const chunk of data as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > entry.inflatedBytes) return refuse('damaged', damaged);
      sum = crc32(chunk, sum);
      if (!take(chunk)) return undefined;
    }
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    return refuse('damaged', damaged);
  }
  return bytes === entry.inflatedBytes && sum === entry.crc32 ? undefined : refuse('damaged', damaged);
}

async function* bytesOf(file: FileHandle, { dataOffset, compressedBytes }: ArchiveEntry) {
  const end = dataOffset + compressedBytes;
  for (let at = dataOffset; at < end; ) {
    const length = Math.min(CHUNK_BYTES, end - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    // The headers lead past the end: too few bytes are noticed where they are counted.
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Whether the zip library complains of the archive: its own errors, unlike those of reading, carry no code. */
function isComplaint(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error && !('code' in error);
}
