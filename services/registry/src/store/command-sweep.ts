// Commands that time or a connect moves: expired, woken, told of.
import type { CommandState } from '../domain/command.js';
import { type Pool, rows, type Statement } from './sql.js';

const CHUNK = 500;

const expireQueued: Statement = {
  name: 'command-expire',
  text: `
  WITH late AS (
    SELECT id FROM command WHERE state = 'queued' AND expires_at <= now() LIMIT ${CHUNK} FOR NO KEY UPDATE SKIP LOCKED
  ),
  expired AS (
    UPDATE command c SET state = 'expired', step = c.step + 1, due_at = NULL, settled_at = now()
    FROM late l WHERE c.id = l.id RETURNING c.id, c.step
  ),
  noted AS (
    INSERT INTO command_step (command_id, step, state, detail)
    SELECT id, step, 'expired', 'its device did not come in time' FROM expired
  )
  SELECT count(*)::int AS count FROM expired`,
};

const wakeOf: Statement = {
  name: 'command-wake',
  text: `
  UPDATE command SET due_at = now()
  WHERE device_id = ANY($1::uuid[]) AND state = 'queued' AND due_at IS NULL
  RETURNING id`,
};

// One that came back over the very session that it is waiting for to end may be tried again after a while.
const wakeStray: Statement = {
  name: 'command-wake-stray',
  text: `
  WITH stray AS (
    SELECT c.id FROM command c JOIN device d ON d.id = c.device_id
    WHERE c.state = 'queued' AND c.due_at IS NULL AND d.online
      AND (c.sent_at IS NULL OR c.sent_epoch <> d.epoch OR c.sent_at < now() - interval '1 minute')
    LIMIT ${CHUNK} FOR NO KEY UPDATE OF c SKIP LOCKED
  )
  UPDATE command c SET due_at = now() FROM stray s WHERE c.id = s.id RETURNING c.id`,
};

const untold: Statement = {
  name: 'command-untold',
  text: `
  WITH behind AS (
    SELECT id, told FROM command WHERE told < step ORDER BY id LIMIT ${CHUNK} FOR NO KEY UPDATE SKIP LOCKED
  ),
  caught AS (
    UPDATE command c SET told = c.step FROM behind b WHERE c.id = b.id
    RETURNING c.id, c.device_id, c.organization_id, c.type, b.told AS after, c.step
  )
  SELECT c.id, c.device_id, c.organization_id, c.type, s.step, s.state, s.at
  FROM caught c JOIN command_step s ON s.command_id = c.id AND s.step > c.after AND s.step <= c.step
  ORDER BY c.id, s.step`,
};

/** A step of a command's timeline that people watching were not told of. */
export interface CommandNews {
  readonly id: string;
  readonly deviceId: string;
  readonly organizationId: string;
  readonly type: string;
  readonly state: CommandState;
  readonly step: number;
  readonly atMs: number;
}

interface NewsRow {
  readonly id: string;
  readonly device_id: string;
  readonly organization_id: string;
  readonly type: string;
  readonly state: string;
  readonly step: number;
  readonly at: Date;
}

export function commandSweep(pool: Pool) {
  return {
    /** Ends what has waited for its device too long; answers how many, 500 at most. */
    async expire(): Promise<number> {
      return (await rows<{ count: number }>(pool, expireQueued, []))[0]?.count ?? 0;
    },

    /** Has what waits for these devices sent; answers how many. */
    async wake(deviceIds: readonly string[]): Promise<number> {
      return (await rows(pool, wakeOf, [deviceIds])).length;
    },

    /** The same for all devices that are online, whose connect may have been missed; 500 at most. */
    async wakeStray(): Promise<number> {
      return (await rows(pool, wakeStray, [])).length;
    },

    /** Steps since the last call of any replica, in order per command. They are not answered again. */
    async news(): Promise<readonly CommandNews[]> {
      const found = await rows<NewsRow>(pool, untold, []);
      return found.map(({ id, type, step, state, at, ...row }) => ({
        ...{ id, type, step },
        deviceId: row.device_id,
        organizationId: row.organization_id,
        state: state as CommandState,
        atMs: at.getTime(),
      }));
    },
  };
}
