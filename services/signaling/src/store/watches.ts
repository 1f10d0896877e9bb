// Reads who watches which camera at this moment, each once, however many sessions they have of it.
import { postgresFault } from '@mooring/runtime';
import type { Watch } from '../domain/session.js';
import type { Pool } from './client.js';

const NIL = '00000000-0000-0000-0000-000000000000';
/** Before all others: nobody's. */
const FIRST: Watch = { watcher: { userId: '', apiKey: false }, organizationId: NIL, deviceId: NIL };

const PAGE = `
SELECT DISTINCT user_id, api_key, organization_id, device_id FROM watch_session
WHERE ended_at IS NULL
  AND (user_id, api_key, organization_id, device_id) > ($1::text, $2::boolean, $3::uuid, $4::uuid)
ORDER BY user_id, api_key, organization_id, device_id LIMIT $5`;

interface Row {
  readonly user_id: string;
  readonly api_key: boolean;
  readonly organization_id: string;
  readonly device_id: string;
}

/** At most `limit`, in one order, from behind `after`; from the first when that is undefined. Faults of the database. */
export type WatchReader = (after: Watch | undefined, limit: number) => Promise<readonly Watch[]>;

export function watchReader(pool: Pool): WatchReader {
  return async (after = FIRST, limit) => {
    const { watcher, organizationId, deviceId } = after;
    const values = [watcher.userId, watcher.apiKey, organizationId, deviceId, limit];
    try {
      return (await pool.query<Row>(PAGE, values)).rows.map(watchOf);
    } catch (error) {
      throw postgresFault(error);
    }
  };
}

function watchOf({ user_id, api_key, organization_id, device_id }: Row): Watch {
  return {
    watcher: { userId: user_id, apiKey: api_key },
    organizationId: organization_id,
    deviceId: device_id,
  };
}
