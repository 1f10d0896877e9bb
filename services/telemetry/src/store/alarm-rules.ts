// Keeps alarm rules. Every change has a revision, so that each process can ask for what changed since it last looked.
import { Fault, transaction, uuidv7 } from '@mooring/runtime';
import { type Alarm, clear } from '../domain/alarm.js';
import { type AlarmRule, checkRule, type NewRule, type RuleTerms } from '../domain/alarm-rule.js';
import { recordChanges } from './alarm-changes.js';
import { RULE_COLUMNS, type RuleRow, ruleOf, STATE_COLUMNS, type StateRow } from './alarm-row.js';
import { beginSilence, retermed } from './alarm-rule-state.js';
import { watchesOf } from './alarm-state.js';
import type { Client } from './claim.js';
import type { Pool } from './hot-pool.js';
import { claimOnce, type Once } from './idempotency.js';
import { rowsOf } from './rows.js';

const MAX_PER_ORGANIZATION = 200;

const INSERT = `
INSERT INTO alarm_rule (${RULE_COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING ${RULE_COLUMNS}`;
const UPDATE = `
UPDATE alarm_rule SET name = $2, threshold = $3, for_s = $4, hysteresis = $5, action = $6, enabled = $7, revision = $8
WHERE id = $1 RETURNING ${RULE_COLUMNS}`;
const LIST = `
SELECT ${RULE_COLUMNS} FROM alarm_rule
WHERE organization_id = ANY ($1::uuid[]) AND ($2 = '' OR device_id IS NULL OR device_id = $2)
  AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4`;
const SINCE = `SELECT ${RULE_COLUMNS} FROM alarm_rule WHERE revision > $1 ORDER BY revision LIMIT $2`;
const BY_ID = `SELECT ${RULE_COLUMNS} FROM alarm_rule WHERE id = $1 AND organization_id = ANY ($2::uuid[])`;

/** A rule, and the alarms that were cleared because it is not in force any more. */
export interface RuleChanged {
  readonly rule: AlarmRule;
  readonly alarms: readonly Alarm[];
}

/** Fault `exhausted` beyond 200 of one organization, `conflict` when the key belongs to another request. */
export async function createRule(pool: Pool, made: NewRule, nowMs: number, once: Once): Promise<AlarmRule> {
  return transaction(pool, async (client) => {
    const id = uuidv7();
    const earlier = await claimOnce(client, once, id);
    if (earlier !== undefined) return found(await byId(client, [made.organizationId], earlier));
    const revision = await nextRevision(client);
    const count = 'SELECT count(*)::int AS count FROM alarm_rule WHERE organization_id = $1';
    const [kept] = (await client.query<{ count: number }>(count, [made.organizationId])).rows;
    if ((kept?.count ?? 0) >= MAX_PER_ORGANIZATION) {
      throw new Fault('exhausted', `an organization has at most ${MAX_PER_ORGANIZATION} alarm rules`);
    }
    const { organizationId, device, metric, condition } = made;
    const about = [id, organizationId, made.name, device?.id ?? null, device?.number ?? null];
    const terms = [metric, condition, made.threshold, made.forS, made.hysteresis, made.action, made.enabled];
    const { rows } = await client.query<RuleRow>(INSERT, [...about, ...terms, revision, new Date(nowMs)]);
    const rule = found(rows[0]);
    await beginSilence(client, rule);
    return rule;
  });
}

/** Fault `not_found`. */
export async function getRule(
  pool: Pool,
  organizationIds: readonly string[],
  id: string,
): Promise<AlarmRule> {
  return found((await rowsOf<RuleRow>(pool, BY_ID, [id, organizationIds]))[0]);
}

/** In the order of their ids, at most `limit`; with a device those that watch it. */
export async function listRules(
  pool: Pool,
  organizationIds: readonly string[],
  deviceId: string,
  page: { readonly limit: number; readonly after: string | undefined },
): Promise<AlarmRule[]> {
  const values = [organizationIds, deviceId, page.after ?? null, page.limit];
  return (await rowsOf<RuleRow>(pool, LIST, values)).map(ruleOf);
}

/** What was seen under another threshold is forgotten; a rule put out of force clears its alarms. Fault `not_found`. */
export async function updateRule(
  pool: Pool,
  organizationIds: readonly string[],
  id: string,
  change: Partial<RuleTerms>,
  nowMs: number,
): Promise<RuleChanged> {
  return transaction(pool, async (client) => {
    const revision = await nextRevision(client);
    const before = found(await byId(client, organizationIds, id, 'FOR UPDATE'));
    const { name, threshold, forS, hysteresis, action, enabled } = checkRule({ ...before, ...change });
    const values = [id, name, threshold, forS, hysteresis, action, enabled, revision];
    const rule = found((await client.query<RuleRow>(UPDATE, values)).rows[0]);
    if (!enabled) return { rule, alarms: before.enabled ? await endRule(client, rule, nowMs) : [] };
    if (before.enabled) await retermed(client, before, rule);
    else await beginSilence(client, rule);
    return { rule, alarms: [] };
  });
}

/** Its open alarms are cleared. Fault `not_found`. */
export async function deleteRule(
  pool: Pool,
  organizationIds: readonly string[],
  id: string,
  nowMs: number,
): Promise<RuleChanged> {
  return transaction(pool, async (client) => {
    const rule = found(await byId(client, organizationIds, id, 'FOR UPDATE'));
    const alarms = await endRule(client, rule, nowMs);
    await client.query('DELETE FROM alarm_rule WHERE id = $1', [id]);
    return { rule, alarms };
  });
}

/** Rules that changed after a revision, in the order of their revisions, at most `limit`. */
export async function rulesSince(
  pool: Pool,
  revision: bigint,
  limit: number,
): Promise<{ readonly rules: readonly AlarmRule[]; readonly revision: bigint }> {
  const rows = await rowsOf<RuleRow>(pool, SINCE, [revision, limit]);
  return { rules: rows.map(ruleOf), revision: BigInt(rows.at(-1)?.revision ?? revision) };
}

async function endRule(client: Client, rule: AlarmRule, nowMs: number): Promise<readonly Alarm[]> {
  const { rows } = await client.query<StateRow>(
    `SELECT ${STATE_COLUMNS} FROM alarm_state s WHERE s.rule_id = $1 ORDER BY s.device_number FOR UPDATE`,
    [rule.id],
  );
  const watches = await watchesOf(client, rows, new Map([[rule.id, rule]]));
  const alarms = watches.flatMap(({ alarm }) => (alarm === undefined ? [] : [clear(alarm, nowMs)]));
  await recordChanges(client, alarms, nowMs);
  await client.query('DELETE FROM alarm_state WHERE rule_id = $1', [rule.id]);
  return alarms;
}

async function nextRevision(client: Client): Promise<string> {
  const { rows } = await client.query<{ revision: string }>(
    'UPDATE alarm_rule_revision SET revision = revision + 1 RETURNING revision',
  );
  const [row] = rows;
  if (row === undefined) throw new Fault('internal', 'the revision of rules is missing');
  return row.revision;
}

async function byId(
  client: Client,
  organizationIds: readonly string[],
  id: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<RuleRow | undefined> {
  return (await client.query<RuleRow>(`${BY_ID} ${lock}`, [id, organizationIds])).rows[0];
}

function found(row: RuleRow | undefined): AlarmRule {
  if (row === undefined) throw new Fault('not_found', 'no such alarm rule');
  return ruleOf(row);
}
