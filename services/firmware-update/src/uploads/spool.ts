// Owns the temporary files of uploads: one each, bounded, and gone whatever happens.
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '@mooring/runtime';
import { isRefusal, type Refusal, refuse } from '../domain/fw/refusal.js';
import { PartHashes } from './part-hashes.js';

const CHUNK_BYTES = 256 * 1024;

/** A file without a name, which the system removes when it is closed or the process ends. */
export interface SpooledFile {
  readonly file: FileHandle;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** SHA-256 of each mebibyte, one after the other. */
  readonly partHashes: Uint8Array;
  /** Its content, from the beginning. */
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Writes what comes to a file in `directory`. Refusal `too_large` as soon as it is more than `maxBytes`. Throws what
 * `chunks` throws, and Fault `exhausted` when there is no room.
 */
export async function spool(
  directory: string,
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<SpooledFile | Refusal> {
  const file = await nameless(directory);
  try {
    const written = await write(file, chunks, maxBytes);
    if (!isRefusal(written)) {
      return { file, ...written, read: () => contentOf(file, written.bytes), close: () => file.close() };
    }
    await file.close();
    return written;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What is said of a file that is larger than `maxBytes`, whenever that is known. */
export function tooLarge(maxBytes: number): Refusal {
  return refuse('too_large', `the file is larger than ${maxBytes} bytes`);
}

async function nameless(directory: string): Promise<FileHandle> {
  const name = path.join(directory, `mooring-firmware-${randomUUID()}`);
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  const file = await open(name, O_RDWR | O_CREAT | O_EXCL, 0o600);
  try {
    await unlink(name);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function write(file: FileHandle, chunks: AsyncIterable<Uint8Array>, maxBytes: number) {
  const hash = createHash('sha256');
  const parts = new PartHashes();
  let bytes = 0;
  for await (const chunk of chunks) {
    if (bytes + chunk.length > maxBytes) return tooLarge(maxBytes);
    hash.update(chunk);
    parts.update(chunk);
    for (let at = 0; at < chunk.length; ) at += await writeSome(file, chunk.subarray(at), bytes + at);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex'), partHashes: parts.finish() };
}

async function writeSome(file: FileHandle, chunk: Uint8Array, position: number): Promise<number> {
  try {
    const { bytesWritten } = await file.write(chunk, 0, chunk.length, position);
    return bytesWritten;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new Fault('exhausted', 'there is no room for another upload', { cause: error });
  }
}

async function* contentOf(file: FileHandle, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; ) {
    const length = Math.min(CHUNK_BYTES, bytes - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) throw new Fault('internal', 'an upload is shorter than it was');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
