// Sessions whose devices were let in by something that was withdrawn since.
import type { Session } from '../domain/session.js';
import { locationOf } from './sessions.js';
import { type Pool, rows, type Statement } from './sql.js';

interface FoundRow {
  readonly number: string;
  readonly epoch: string;
  readonly edge: string | null;
  readonly connection_id: string | null;
}

const withdrawn: Statement = {
  name: 'withdrawn',
  text: `
  SELECT d.number, d.epoch, d.edge, d.connection_id FROM device d
  WHERE d.online AND d.credential_id IS NOT NULL AND d.number > $1
    AND NOT EXISTS (SELECT FROM credential c WHERE c.id = d.credential_id)
    AND NOT EXISTS (SELECT FROM product_key p WHERE p.id = d.credential_id)
  ORDER BY d.number
  LIMIT $2`,
};

export function revocations(pool: Pool) {
  /** Sessions that must end, in the order of their devices' numbers, at most `limit` from behind `afterNumber`. */
  return async (afterNumber: bigint, limit: number): Promise<readonly Session[]> => {
    const found = await rows<FoundRow>(pool, withdrawn, [afterNumber, limit]);
    return found.flatMap((row) => locationOf(row).session ?? []);
  };
}
