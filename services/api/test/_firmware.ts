// Firmware files of the vectors, and one of any size that is made as it is sent.
import { readFileSync } from 'node:fs';

/** A file of the vectors. */
export function fixture(name: string): Buffer<ArrayBuffer> {
  return readFileSync(new URL(`../../../test/vectors/firmware/${name}`, import.meta.url));
}
