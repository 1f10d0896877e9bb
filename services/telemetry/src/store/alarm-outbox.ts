// What the bus is still to hear of alarms: read in order by one replica at a time, and deleted once it is said.
import { transaction } from '@mooring/runtime';
import type { AlarmState } from '../domain/alarm.js';
import type { Client } from './claim.js';
import type { Pool } from './hot-pool.js';
import { rowsOf } from './rows.js';

/** Advisory lock of whoever relays; another one than that of partitions. */
const LOCK = 7_450_222;

/** One change of one alarm. */
export interface AlarmNews {
  readonly id: bigint;
  readonly alarmId: string;
  readonly ruleId: string;
  readonly organizationId: string;
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly state: AlarmState;
  /** Empty when nothing is to be done, or no more. */
  readonly action: string;
  readonly raisedAtMs: number;
  readonly atMs: number;
  readonly traceparent: string;
}

interface Row {
  readonly id: string;
  readonly alarm_id: string;
  readonly rule_id: string;
  readonly organization_id: string;
  readonly device_id: string;
  readonly device_number: string;
  readonly state: AlarmState;
  readonly action: string;
  readonly raised_at: Date;
  readonly at: Date;
  readonly traceparent: string;
}

/**
 * Hands the oldest news to `say`, which answers which of them were said; those are deleted. How many there were;
 * undefined when another replica is at it. What was said just before this process dies is said again.
 */
export async function relayOldest(
  pool: Pool,
  limit: number,
  say: (news: readonly AlarmNews[]) => Promise<readonly bigint[]>,
): Promise<number | undefined> {
  return transaction(pool, async (client) => {
    if (!(await alone(client))) return undefined;
    const { rows } = await client.query<Row>('SELECT * FROM alarm_outbox ORDER BY id LIMIT $1', [limit]);
    if (rows.length === 0) return 0;
    const said = await say(rows.map(newsOf));
    await client.query('DELETE FROM alarm_outbox WHERE id = ANY ($1::int8[])', [said]);
    return rows.length;
  });
}

/** Seconds since the oldest news that is still to be said; 0 when there is none. */
export async function outboxAge(pool: Pool, nowMs: number): Promise<number> {
  const [row] = await rowsOf<{ at: Date | null }>(pool, 'SELECT min(at) AS at FROM alarm_outbox', []);
  return row?.at ? Math.max(0, nowMs - row.at.getTime()) / 1000 : 0;
}

async function alone(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
    LOCK,
  ]);
  return rows[0]?.mine === true;
}

function newsOf(row: Row): AlarmNews {
  return {
    id: BigInt(row.id),
    alarmId: row.alarm_id,
    ruleId: row.rule_id,
    organizationId: row.organization_id,
    deviceId: row.device_id,
    deviceNumber: BigInt(row.device_number),
    state: row.state,
    action: row.action,
    raisedAtMs: row.raised_at.getTime(),
    atMs: row.at.getTime(),
    traceparent: row.traceparent,
  };
}
