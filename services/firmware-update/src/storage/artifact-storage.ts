// What the service asks of a place where firmware files lie, wherever that is.
import type { ByteRange } from '@mooring/runtime';

/** Objects by key; a key is written once. Every call throws Fault `unavailable` or `deadline` when it cannot be done. */
export interface ArtifactStorage {
  /** Fault `unavailable` when there is no such place. */
  verify(): Promise<void>;
  /** Keeps the `bytes` bytes of `source`. What was kept before a failure stays until it is removed. */
  put(key: string, source: AsyncIterable<Uint8Array>, bytes: number, signal: AbortSignal): Promise<void>;
  /** The range, of an object of `bytes` bytes, no faster than it is taken. Fault `not_found`. */
  read(key: string, bytes: number, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Removes what is there of it, and nothing when there is nothing. */
  remove(key: string, bytes: number): Promise<void>;
}
