// Stores what a batch of steps did, in one transaction of three statements however many steps there are.
import { postgresFault, uuidv7 } from '@mooring/runtime';
import { type Applied, applySteps } from '../domain/steps.js';
import type { Step } from '../domain/update.js';
import type { Database } from './client.js';
import type { DeviceUpdate as Row } from './generated/client.js';
import { fromRow, toRecord } from './row.js';

// One writer at a time over all replicas. The consumer has one batch in flight, but one that was redelivered because its
// first delivery took too long may overlap it.
const WRITER_LOCK = 20_261_107n;

/** Takes the steps and keeps the outcome. Either all of them are stored when it returns, or none is and it throws. */
export async function applyStored(database: Database, steps: readonly Step[]): Promise<Applied> {
  const devices = [...new Set(steps.map((step) => step.deviceId))];
  try {
    return await database.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${WRITER_LOCK})`;
      const rows = await tx.$queryRaw<Row[]>`
        SELECT u.id, u.device_id AS "deviceId", u.organization_id AS "organizationId", u.status, u.progress, u.reason,
          u.started_at AS "startedAt", u.updated_at AS "updatedAt", u.ended_at AS "endedAt", u.epoch, u.sequence
        FROM unnest(${devices}::uuid[]) AS d (id)
        CROSS JOIN LATERAL (
          SELECT * FROM device_update WHERE device_id = d.id ORDER BY epoch DESC, sequence DESC LIMIT 1
        ) AS u`;
      const latest = new Map(rows.map((row) => [row.deviceId, fromRow(row)]));
      const applied = applySteps(latest, steps, uuidv7);
      if (applied.written.length > 0) {
        const records = JSON.stringify(applied.written.map(toRecord));
        await tx.$executeRaw`
          INSERT INTO device_update
          SELECT * FROM jsonb_to_recordset(${records}::jsonb) AS r (
            id uuid, device_id uuid, organization_id uuid, status text, progress float8, reason text,
            started_at timestamptz, updated_at timestamptz, ended_at timestamptz, epoch bigint, sequence bigint
          )
          -- An update that ends comes before the one that takes its place as the open one.
          ORDER BY epoch, sequence
          ON CONFLICT (id) DO UPDATE SET
            status = excluded.status, progress = excluded.progress, reason = excluded.reason,
            updated_at = excluded.updated_at, ended_at = excluded.ended_at,
            epoch = excluded.epoch, sequence = excluded.sequence`;
      }
      return applied;
    });
  } catch (error) {
    throw postgresFault(error);
  }
}
