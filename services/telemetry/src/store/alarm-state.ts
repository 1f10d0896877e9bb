// Locks how rules stand for devices, and writes it back. Whoever changes an alarm holds the row of its rule and device.

import type { AlarmRule } from '../domain/alarm-rule.js';
import { dueMs, initialState } from '../domain/alarm-step.js';
import type { Watch } from '../domain/alarm-watch.js';
import { alarmsOf } from './alarm-changes.js';
import { dateOf, STATE_COLUMNS, type StateRow, stateOf } from './alarm-row.js';
import type { Client } from './claim.js';

/** A rule and a device of which something came. */
export interface Watching {
  readonly rule: AlarmRule;
  readonly deviceNumber: bigint;
  readonly deviceId: string;
}

const LOCK = `
SELECT ${STATE_COLUMNS} FROM alarm_state s
JOIN unnest($1::uuid[], $2::int8[]) AS w (rule_id, device_number) USING (rule_id, device_number)
ORDER BY s.rule_id, s.device_number FOR UPDATE OF s`;

const BEGIN = `
INSERT INTO alarm_state (rule_id, device_number, device_id, armed)
SELECT * FROM unnest($1::uuid[], $2::int8[], $3::text[], $4::bool[]) ON CONFLICT DO NOTHING`;

const SAVE = `
UPDATE alarm_state s SET armed = w.armed, since = w.since, last_at = w.last_at, last_value = w.last_value,
  alarm_id = w.alarm_id, due_at = w.due_at
FROM unnest($1::uuid[], $2::int8[], $3::bool[], $4::timestamptz[], $5::timestamptz[], $6::float8[], $7::uuid[],
  $8::timestamptz[]) AS w (rule_id, device_number, armed, since, last_at, last_value, alarm_id, due_at)
WHERE s.rule_id = w.rule_id AND s.device_number = w.device_number`;

/** The watches, locked until the transaction ends; begun where nothing was watched before. Sorted by rule and device. */
export async function lockWatches(client: Client, watching: readonly Watching[]): Promise<Watch[]> {
  let rows = await lock(client, watching);
  if (rows.length < watching.length) {
    const known = new Set(rows.map(keyOf));
    const fresh = watching.filter(
      ({ rule, deviceNumber }) => !known.has(`${rule.id} ${String(deviceNumber)}`),
    );
    await client.query({
      name: 'alarm_state_begin',
      text: BEGIN,
      values: [
        ...keys(fresh),
        fresh.map(({ deviceId }) => deviceId),
        fresh.map(({ rule }) => initialState(rule).armed),
      ],
    });
    rows = [...rows, ...(await lock(client, fresh))];
  }
  return watchesOf(client, rows, new Map(watching.map(({ rule }) => [rule.id, rule])));
}

/** The rows as watches, each with its open alarm. */
export async function watchesOf(
  client: Client,
  rows: readonly StateRow[],
  rules: ReadonlyMap<string, AlarmRule>,
): Promise<Watch[]> {
  const alarms = await alarmsOf(
    client,
    rows.flatMap(({ alarm_id }) => alarm_id ?? []),
  );
  return rows.flatMap((row) => {
    const rule = rules.get(row.rule_id);
    if (rule === undefined) return [];
    const alarm = row.alarm_id === null ? undefined : alarms.get(row.alarm_id);
    const about = { rule, deviceId: row.device_id, deviceNumber: BigInt(row.device_number) };
    const state = stateOf(row, alarm !== undefined);
    return [{ ...about, state, ...(alarm === undefined ? {} : { alarm }) }];
  });
}

/** Writes back what was locked. */
export async function saveWatches(client: Client, watches: readonly Watch[]): Promise<void> {
  const states = watches.map(({ state }) => state);
  await client.query({
    name: 'alarm_state_save',
    text: SAVE,
    values: [
      ...keys(watches),
      states.map(({ armed }) => armed),
      states.map(({ sinceMs }) => dateOf(sinceMs)),
      states.map(({ lastMs }) => dateOf(lastMs)),
      states.map(({ lastValue }) => lastValue ?? null),
      watches.map(({ alarm }) => alarm?.id ?? null),
      watches.map(({ rule, state }) => dateOf(dueMs(rule, state))),
    ],
  });
}

async function lock(
  client: Client,
  of: readonly Pick<Watching, 'rule' | 'deviceNumber'>[],
): Promise<StateRow[]> {
  const { rows } = await client.query<StateRow>({
    name: 'alarm_state_lock',
    text: LOCK,
    values: [...keys(of)],
  });
  return rows;
}

function keys(of: readonly Pick<Watching, 'rule' | 'deviceNumber'>[]) {
  return [of.map(({ rule }) => rule.id), of.map(({ deviceNumber }) => deviceNumber)] as const;
}

function keyOf({ rule_id, device_number }: StateRow): string {
  return `${rule_id} ${device_number}`;
}
