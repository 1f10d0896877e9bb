// Keeps the keys that organizations trust to sign firmware.
import { Fault, postgresFault } from '@mooring/runtime';
import type { FirmwareKey } from '../domain/artifact.js';
import { auditOfKey } from '../domain/custody.js';
import type { Page } from './artifacts.js';
import type { Database } from './client.js';
import type { FirmwareKey as Row } from './generated/client.js';
import { claimOnce, type Once } from './idempotency.js';
import { keepNotesIn } from './outbox.js';

/** Each is tried at every upload. */
export const MAX_KEYS = 50;

/** At most `limit` of them, oldest first. */
export async function listKeys(
  database: Database,
  organizationIds: readonly string[],
  { limit, after }: Page,
): Promise<FirmwareKey[]> {
  const where = {
    organizationId: { in: [...organizationIds] },
    ...(after === undefined ? {} : { id: { gt: after } }),
  };
  try {
    const rows = await database.firmwareKey.findMany({ where, orderBy: { id: 'asc' }, take: limit });
    return rows.map(keyOf);
  } catch (error) {
    throw postgresFault(error);
  }
}

/** The key, or what the first request with the same idempotency key made. Faults `conflict`, `exhausted` beyond 50. */
export async function createKey(database: Database, key: FirmwareKey, once: Once): Promise<FirmwareKey> {
  try {
    return await database.$transaction(async (tx) => {
      const earlier = await claimOnce(tx, once, key.id);
      if (earlier !== undefined) {
        const first = await tx.firmwareKey.findUnique({ where: { id: earlier } });
        if (first === null) throw new Fault('conflict', 'the key that this request made is deleted');
        return keyOf(first);
      }
      const { organizationId, name } = key;
      // Two at once must not both be the fiftieth, nor both have the name.
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${organizationId}, 0))::text`;
      const publicKey = Buffer.from(key.publicKey);
      const same = await tx.firmwareKey.findFirst({
        where: { organizationId, OR: [{ name }, { publicKey }] },
      });
      if (same !== null) throw taken(same.name === name ? 'name' : 'public_key');
      const count = await tx.firmwareKey.count({ where: { organizationId } });
      if (count >= MAX_KEYS) {
        throw new Fault('exhausted', `an organization has at most ${MAX_KEYS} firmware keys`);
      }
      const made = keyOf(await tx.firmwareKey.create({ data: rowOf(key) }));
      const { createdBy: actor, createdAtMs: atMs } = made;
      await keepNotesIn(tx, [auditOfKey(made, 'created', { actor, atMs })]);
      return made;
    });
  } catch (error) {
    throw postgresFault(error);
  }
}

/** Fault `not_found`. */
export async function getKey(
  database: Database,
  organizationIds: readonly string[],
  id: string,
): Promise<FirmwareKey> {
  try {
    const where = { id, organizationId: { in: [...organizationIds] } };
    const row = await database.firmwareKey.findFirst({ where });
    if (row === null) throw new Fault('not_found', 'no such firmware key');
    return keyOf(row);
  } catch (error) {
    throw postgresFault(error);
  }
}

/** Fault `not_found`. */
export async function deleteKey(
  database: Database,
  organizationIds: readonly string[],
  id: string,
  by: { readonly actor: string; readonly atMs: number },
): Promise<void> {
  const key = await getKey(database, organizationIds, id);
  try {
    await database.$transaction(async (tx) => {
      const { count } = await tx.firmwareKey.deleteMany({ where: { id: key.id } });
      if (count === 0) throw new Fault('not_found', 'no such firmware key');
      await keepNotesIn(tx, [auditOfKey(key, 'deleted', by)]);
    });
  } catch (error) {
    throw postgresFault(error);
  }
}

function taken(field: 'name' | 'public_key'): Fault {
  const message = 'belongs to a firmware key of the organization already';
  return new Fault('conflict', `${field} ${message}`, { details: [{ field, message }] });
}

function keyOf({ createdAt, ...row }: Row): FirmwareKey {
  return { ...row, createdAtMs: createdAt.getTime() };
}

function rowOf({ createdAtMs, publicKey, ...key }: FirmwareKey): Row {
  return { ...key, publicKey: Buffer.from(publicKey), createdAt: new Date(createdAtMs) };
}
