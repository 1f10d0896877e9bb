// Keeps what must be published, in the transaction of what it is about, until the bus has it.
import { transaction, uuidv7 } from '@mooring/runtime';
import type { AuditNote, Note, OrderNote } from '../domain/note.js';
import type { Client, Pool } from './client.js';
import type { Prisma } from './generated/client.js';

/** What waits to be published, under the id that makes it the same however often it is sent. */
export interface Waiting {
  readonly id: string;
  readonly messageId: string;
  readonly note: AuditNote | OrderNote;
}

// Any number, as long as no other lock of this database has it.
const RELAY_LOCK = 20_261_123;

interface OutboxRow {
  readonly kind: string;
  readonly message_id: string;
  readonly key: string;
  readonly message: object;
}

/** The rows of those notes that are published. */
export function outboxRows(notes: readonly Note[]): OutboxRow[] {
  return notes.flatMap((note): OutboxRow[] => {
    if (note.note === 'audit') {
      return [{ kind: 'audit', message_id: uuidv7(), key: note.organizationId, message: note }];
    }
    if (note.note !== 'order') return [];
    const message = { ...note, deviceNumber: note.deviceNumber.toString() };
    return [{ kind: 'order', message_id: uuidv7(), key: note.deviceId, message }];
  });
}

/** The statement that keeps them, in this order; `json` is its parameter. */
export function keepingNotes(json: string): string {
  return `
INSERT INTO outbox (kind, message_id, key, message, at)
SELECT e.row ->> 'kind', (e.row ->> 'message_id')::uuid, (e.row ->> 'key')::uuid, e.row -> 'message', now()
FROM jsonb_array_elements(${json}::jsonb) WITH ORDINALITY AS e (row, place)
ORDER BY e.place`;
}

const INSERT = keepingNotes('$1');

/** Keeps them in this transaction, in this order. */
export async function keepNotes(client: Client, notes: readonly Note[]): Promise<void> {
  const rows = outboxRows(notes);
  if (rows.length > 0) await client.query(INSERT, [jsonText(rows)]);
}

/** The same in a transaction of Prisma. */
export async function keepNotesIn(tx: Prisma.TransactionClient, notes: readonly Note[]): Promise<void> {
  const rows = outboxRows(notes);
  if (rows.length > 0) await tx.$executeRawUnsafe(INSERT, jsonText(rows));
}

/** JSON without what Postgres cannot hold. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll('\\u0000', '');
}

/**
 * Gives the oldest `limit` to `publish`, and forgets those that it answers. Undefined when another replica is at it; else
 * how many there were.
 */
export function relaySome(
  pool: Pool,
  limit: number,
  publish: (waiting: readonly Waiting[]) => Promise<readonly Waiting[]>,
): Promise<number | undefined> {
  return transaction(pool, async (client) => {
    const lock = await client.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [
      RELAY_LOCK,
    ]);
    if (lock.rows[0]?.held !== true) return undefined;
    const { rows } = await client.query<{ id: string; message_id: string; message: AuditNote | OrderNote }>(
      'SELECT id, message_id, message FROM outbox ORDER BY id LIMIT $1',
      [limit],
    );
    const gone = await publish(
      rows.map(({ id, message_id, message }) => ({ id, messageId: message_id, note: noteOf(message) })),
    );
    await client.query('DELETE FROM outbox WHERE id = ANY ($1::bigint[])', [gone.map(({ id }) => id)]);
    return rows.length;
  });
}

/** Seconds since the oldest was kept; 0 when there is none. */
export async function outboxAgeS(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ seconds: number }>(
    'SELECT COALESCE(extract(epoch FROM now() - min(at)), 0)::float8 AS seconds FROM outbox',
  );
  return rows[0]?.seconds ?? 0;
}

function noteOf(message: AuditNote | OrderNote): AuditNote | OrderNote {
  return message.note === 'audit' ? message : { ...message, deviceNumber: BigInt(message.deviceNumber) };
}
