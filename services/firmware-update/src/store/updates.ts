// Reads the updates of devices.
import { postgresFault } from '@mooring/runtime';
import type { DeviceUpdate } from '../domain/update.js';
import type { Page } from './artifacts.js';
import type { Pool } from './client.js';
import { UPDATE_COLUMNS, type UpdateRow, updateOf } from './row.js';

/** At most `limit` updates of a device, newest first. */
export async function listUpdates(
  pool: Pool,
  deviceId: string,
  { limit, after }: Page,
): Promise<DeviceUpdate[]> {
  return select(pool, 'u.device_id = $1 AND ($2::uuid IS NULL OR u.id < $2) ORDER BY u.id DESC LIMIT $3', [
    deviceId,
    after ?? null,
    limit,
  ]);
}

/** Those in flight whose deadline has passed, at most `limit`. */
export function overdue(pool: Pool, nowMs: number, limit: number): Promise<DeviceUpdate[]> {
  return select(pool, 'u.ended_at IS NULL AND u.deadline_at <= $1 ORDER BY u.deadline_at LIMIT $2', [
    new Date(nowMs),
    limit,
  ]);
}

/** Those that were offered and not begun, of groups that are switched off, at most `limit`. */
export function unwanted(pool: Pool, limit: number): Promise<DeviceUpdate[]> {
  return select(
    pool,
    `u.ended_at IS NULL AND u.status = 'requested' AND EXISTS (
       SELECT FROM deployment_group g WHERE g.id = u.group_id AND NOT g.is_active) LIMIT $1`,
    [limit],
  );
}

/**
 * Takes those on whose offers nobody works any more, at most `limit`, until `untilMs`; of one of them alone when `id` is
 * given, whenever it was offered.
 */
export async function takeOffers(
  pool: Pool,
  nowMs: number,
  untilMs: number,
  limit: number,
  id?: string,
): Promise<DeviceUpdate[]> {
  try {
    const { rows } = await pool.query<UpdateRow>(
      `UPDATE device_update AS u SET offer_until = $2, offers = u.offers + 1 WHERE u.id IN (
         SELECT id FROM device_update WHERE ended_at IS NULL AND status = 'requested'
           AND (id = $4::uuid OR ($4::uuid IS NULL AND offer_until <= $1))
         LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)
       RETURNING ${UPDATE_COLUMNS}`,
      [new Date(nowMs), new Date(untilMs), limit, id ?? null],
    );
    return rows.map(updateOf);
  } catch (error) {
    throw postgresFault(error);
  }
}

/** Notes of an offer that its device has it (`atMs` absent), or that it was not sent and may be again at `atMs`. */
export async function noteOffer(pool: Pool, id: string, unsentUntilMs?: number): Promise<void> {
  const sent = `UPDATE device_update SET offer_until = NULL WHERE id = $1 AND status = 'requested' AND ended_at IS NULL`;
  const unsent = `UPDATE device_update SET offer_until = $2, offers = offers - 1
    WHERE id = $1 AND status = 'requested' AND ended_at IS NULL`;
  try {
    if (unsentUntilMs === undefined) await pool.query(sent, [id]);
    else await pool.query(unsent, [id, new Date(unsentUntilMs)]);
  } catch (error) {
    throw postgresFault(error);
  }
}

async function select(pool: Pool, where: string, values: readonly unknown[]): Promise<DeviceUpdate[]> {
  try {
    const { rows } = await pool.query<UpdateRow>(
      `SELECT ${UPDATE_COLUMNS} FROM device_update u WHERE ${where}`,
      [...values],
    );
    return rows.map(updateOf);
  } catch (error) {
    throw postgresFault(error);
  }
}
