// Raises the alarms of devices that fell silent, a bounded number at a time; each is raised once, whoever looks.
import { transaction, uuidv7 } from '@mooring/runtime';
import type { Alarm } from '../domain/alarm.js';
import { walkSilence } from '../domain/alarm-watch.js';
import { recordChanges } from './alarm-changes.js';
import { RULE_COLUMNS, type RuleRow, ruleOf, STATE_COLUMNS, type StateRow } from './alarm-row.js';
import { saveWatches, watchesOf } from './alarm-state.js';
import type { Pool } from './hot-pool.js';
import { rowsOf } from './rows.js';

const AT_ONCE = 200;

// Silence counts from when somebody listened.
const DUE = `
FROM alarm_state s JOIN alarm_rule r ON r.id = s.rule_id
WHERE s.due_at <= $1::timestamptz AND $2::timestamptz + make_interval(secs => r.for_s) <= $1::timestamptz`;
const TAKE = `SELECT ${STATE_COLUMNS} ${DUE} ORDER BY s.due_at LIMIT ${AT_ONCE} FOR UPDATE OF s SKIP LOCKED`;

const LISTEN = `
UPDATE alarm_listening SET seen_at = greatest(seen_at, $1::timestamptz),
  since = CASE WHEN seen_at < $1::timestamptz - make_interval(secs => $2) THEN $1::timestamptz ELSE since END
RETURNING since`;

/** Says that readings are listened for; since when they have been, by anyone, without a break longer than `breakS`. */
export async function listen(pool: Pool, nowMs: number, breakS: number): Promise<number> {
  const [row] = await rowsOf<{ since: Date }>(pool, LISTEN, [new Date(nowMs), breakS]);
  return row?.since.getTime() ?? nowMs;
}

/** Whether any device is silent for long enough. */
export async function anySilent(pool: Pool, nowMs: number, listeningSinceMs: number): Promise<boolean> {
  const values = [new Date(nowMs), new Date(listeningSinceMs)];
  return (await rowsOf(pool, `SELECT 1 ${DUE} LIMIT 1`, values)).length > 0;
}

/**
 * Raises what is due by `heardUntilMs`, up to which every reading that came is stored. The alarms raised, and whether
 * there may be more. Faults `unavailable`, `deadline`.
 */
export async function raiseSilent(
  pool: Pool,
  heardUntilMs: number,
  listeningSinceMs: number,
  nowMs: number,
): Promise<{ readonly alarms: readonly Alarm[]; readonly more: boolean }> {
  return transaction(pool, async (client) => {
    const values = [new Date(heardUntilMs), new Date(listeningSinceMs)];
    const { rows } = await client.query<StateRow>(TAKE, values);
    if (rows.length === 0) return { alarms: [], more: false };
    const { rows: rules } = await client.query<RuleRow>(
      `SELECT ${RULE_COLUMNS} FROM alarm_rule WHERE id = ANY ($1::uuid[])`,
      [rows.map(({ rule_id }) => rule_id)],
    );
    const watches = await watchesOf(client, rows, new Map(rules.map((row) => [row.id, ruleOf(row)])));
    const walked = watches.map((watch) => walkSilence(watch, heardUntilMs, uuidv7));
    const alarms = walked.flatMap(({ changed }) => changed);
    await saveWatches(
      client,
      walked.map(({ watch }) => watch),
    );
    await recordChanges(client, alarms, nowMs);
    return { alarms, more: rows.length === AT_ONCE };
  });
}
