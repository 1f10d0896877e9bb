// Knows the hash of each mebibyte of a file, which devices compare while they download it.
import { postgresFault } from '@mooring/runtime';
import type { Database } from './client.js';

const SHA256_BYTES = 32;

/** Upper-case hex, in order; none for a file that was uploaded before they were kept. */
export async function partHashesOf(database: Database, artifactId: string): Promise<string[]> {
  try {
    const row = await database.artifactParts.findUnique({ where: { artifactId } });
    const hashes = Buffer.from(row?.hashes ?? []);
    return Array.from({ length: hashes.length / SHA256_BYTES }, (_, part) =>
      hashes
        .subarray(part * SHA256_BYTES, (part + 1) * SHA256_BYTES)
        .toString('hex')
        .toUpperCase(),
    );
  } catch (error) {
    throw postgresFault(error);
  }
}
