// Keeps which objects are to be removed from the store, and when.
import { postgresFault } from '@mooring/runtime';
import type { Database } from './client.js';

/** An object that nothing refers to, or that nothing may ever refer to. */
export interface Removal {
  readonly key: string;
  readonly sizeBytes: number;
}

/** Notes before an object is written that it is to be removed, unless something becomes of it until `dueMs`. */
export async function noteRemoval(database: Database, removal: Removal, dueMs: number): Promise<void> {
  const { key, sizeBytes } = removal;
  try {
    await database.objectRemoval.upsert({
      where: { key },
      create: { key, sizeBytes: BigInt(sizeBytes), dueAt: new Date(dueMs) },
      update: { dueAt: new Date(dueMs) },
    });
  } catch (error) {
    throw postgresFault(error);
  }
}

/** At most `limit` that are due at `nowMs`; no other process gets them before `againMs`. */
export async function claimRemovals(
  database: Database,
  nowMs: number,
  againMs: number,
  limit: number,
): Promise<Removal[]> {
  try {
    const rows = await database.$queryRaw<{ key: string; size_bytes: bigint }[]>`
      UPDATE object_removal SET due_at = ${new Date(againMs)}
      WHERE key IN (
        SELECT key FROM object_removal WHERE due_at <= ${new Date(nowMs)}
        ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      RETURNING key, size_bytes`;
    return rows.map(({ key, size_bytes }) => ({ key, sizeBytes: Number(size_bytes) }));
  } catch (error) {
    throw postgresFault(error);
  }
}

/** Forgets one whose object is gone. */
export async function forgetRemoval(database: Database, key: string): Promise<void> {
  try {
    await database.objectRemoval.deleteMany({ where: { key } });
  } catch (error) {
    throw postgresFault(error);
  }
}
