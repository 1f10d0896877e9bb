// Lists alarms, and changes them when people say so.
import { Fault, transaction } from '@mooring/runtime';
import { type Alarm, type AlarmState, clear } from '../domain/alarm.js';
import { clearedByHand } from '../domain/alarm-step.js';
import { recordChanges } from './alarm-changes.js';
import { type AlarmRow, alarmOf } from './alarm-row.js';
import type { Client } from './claim.js';
import type { Pool } from './hot-pool.js';
import { rowsOf } from './rows.js';

const BY_ID = 'SELECT * FROM alarm WHERE id = $1 AND organization_id = ANY ($2::uuid[])';
const LIST = `
SELECT * FROM alarm
WHERE organization_id = ANY ($1::uuid[]) AND ($2 = '' OR device_id = $2) AND ($3 = '' OR state = $3)
  AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`;

/** What a list of alarms is confined to. */
export interface AlarmQuery {
  readonly organizationIds: readonly string[];
  /** Empty: all. */
  readonly deviceId: string;
  readonly state: AlarmState | '';
  readonly limit: number;
  readonly before: string | undefined;
}

/** Newest first, at most `limit`. */
export async function listAlarms(pool: Pool, query: AlarmQuery): Promise<Alarm[]> {
  const { organizationIds, deviceId, state, before = null, limit } = query;
  return (await rowsOf<AlarmRow>(pool, LIST, [organizationIds, deviceId, state, before, limit])).map(alarmOf);
}

/** Fault `not_found`. */
export async function getAlarm(pool: Pool, organizationIds: readonly string[], id: string): Promise<Alarm> {
  return found((await rowsOf<AlarmRow>(pool, BY_ID, [id, organizationIds]))[0]);
}

/** An alarm as it is now, and whether this made it so. */
export interface AlarmOutcome {
  readonly alarm: Alarm;
  readonly changed: boolean;
}

/** Done twice it is done once. Faults `not_found`, and `conflict` when the alarm is over. */
export async function acknowledgeAlarm(
  pool: Pool,
  organizationIds: readonly string[],
  id: string,
  actor: string,
  nowMs: number,
): Promise<AlarmOutcome> {
  return transaction(pool, async (client) => {
    const alarm = await hold(client, organizationIds, id);
    if (alarm.state === 'cleared') throw new Fault('conflict', 'the alarm has been cleared');
    if (alarm.state === 'acknowledged') return { alarm, changed: false };
    const acknowledged: Alarm = {
      ...alarm,
      state: 'acknowledged',
      acknowledgedAtMs: nowMs,
      acknowledgedBy: actor,
    };
    await recordChanges(client, [acknowledged], nowMs);
    return { alarm: acknowledged, changed: true };
  });
}

/** The rule raises no other one before its condition has gone. Done twice it is done once. Fault `not_found`. */
export async function clearAlarm(
  pool: Pool,
  organizationIds: readonly string[],
  id: string,
  actor: string,
  nowMs: number,
): Promise<AlarmOutcome> {
  return transaction(pool, async (client) => {
    const alarm = await hold(client, organizationIds, id);
    if (alarm.state === 'cleared') return { alarm, changed: false };
    const cleared = clear(alarm, nowMs, actor);
    await disarm(client, alarm);
    await recordChanges(client, [cleared], nowMs);
    return { alarm: cleared, changed: true };
  });
}

/** Locks the state of the alarm's rule and device, as everyone does who changes an alarm, and reads it again then. */
async function hold(client: Client, organizationIds: readonly string[], id: string): Promise<Alarm> {
  const read = async (): Promise<Alarm> =>
    found((await client.query<AlarmRow>(BY_ID, [id, organizationIds])).rows[0]);
  const { ruleId, deviceNumber } = await read();
  await client.query('SELECT FROM alarm_state WHERE rule_id = $1 AND device_number = $2 FOR UPDATE', [
    ruleId,
    deviceNumber,
  ]);
  return read();
}

async function disarm(client: Client, { id, ruleId, deviceNumber }: Alarm): Promise<void> {
  await client.query(
    `UPDATE alarm_state SET armed = $4, alarm_id = NULL, due_at = NULL
     WHERE rule_id = $1 AND device_number = $2 AND alarm_id = $3`,
    [ruleId, deviceNumber, id, clearedByHand.armed],
  );
}

function found(row: AlarmRow | undefined): Alarm {
  if (row === undefined) throw new Fault('not_found', 'no such alarm');
  return alarmOf(row);
}
