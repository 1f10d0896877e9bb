// Writes alarms that began, were acknowledged or ended, with everyone who must be told, in the transaction that decided so.
import { currentTraceparent, uuidv7 } from '@mooring/runtime';
import { type Alarm, type AlarmChange, webhookPayload } from '../domain/alarm.js';
import { type AlarmRow, alarmOf, dateOf } from './alarm-row.js';
import type { Client } from './claim.js';

const WRITE = `
INSERT INTO alarm (id, rule_id, organization_id, device_id, device_number, state, raised_at, acknowledged_at,
  acknowledged_by, cleared_at, cleared_by, value, rule_name, metric, condition, threshold, for_s, hysteresis, action)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int8[], $6::text[], $7::timestamptz[],
  $8::timestamptz[], $9::text[], $10::timestamptz[], $11::text[], $12::float8[], $13::text[], $14::text[], $15::text[],
  $16::float8[], $17::int4[], $18::float8[], $19::text[])
ON CONFLICT (id) DO UPDATE SET state = excluded.state, acknowledged_at = excluded.acknowledged_at,
  acknowledged_by = excluded.acknowledged_by, cleared_at = excluded.cleared_at, cleared_by = excluded.cleared_by`;

const TELL = `
INSERT INTO alarm_outbox (alarm_id, rule_id, organization_id, device_id, device_number, state, action, raised_at, at,
  traceparent)
SELECT *, $10 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int8[], $6::text[], $7::text[],
  $8::timestamptz[], $9::timestamptz[])`;

/** More than one webhook need ever catch up with. */
const MAX_WAITING = 10_000;

// Held until the end, so that no webhook goes away under its deliveries.
const WEBHOOKS = `
SELECT id, organization_id, (SELECT count(*) FROM (SELECT FROM webhook_delivery d
  WHERE d.webhook_id = w.id AND d.state = 'waiting' LIMIT ${MAX_WAITING}) AS waiting) < ${MAX_WAITING} AS room
FROM webhook w WHERE organization_id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE OF w`;

const DELIVER = `
INSERT INTO webhook_delivery (id, webhook_id, event, payload, state, last_error, created_at, next_attempt_at, settled_at)
SELECT id, webhook_id, event, payload, state, CASE state WHEN 'dead' THEN 'too many deliveries wait' ELSE '' END, at,
  CASE state WHEN 'waiting' THEN at END, CASE state WHEN 'dead' THEN at END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
  AS d (id, webhook_id, event, payload, state, at)`;

/** The alarms of these ids that there are. */
export async function alarmsOf(client: Client, ids: readonly string[]): Promise<ReadonlyMap<string, Alarm>> {
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<AlarmRow>('SELECT * FROM alarm WHERE id = ANY ($1::uuid[])', [ids]);
  return new Map(rows.map((row) => [row.id, alarmOf(row)]));
}

/**
 * Writes changes in their order: the alarms as they are in the end, a row of the outbox per change, and a delivery per
 * change and webhook. The caller holds the state of each alarm's rule and device.
 */
export async function recordChanges(client: Client, changed: readonly Alarm[], nowMs: number): Promise<void> {
  if (changed.length === 0) return;
  const last = new Map(changed.map((alarm) => [alarm.id, alarm]));
  await write(client, [...last.values()]);
  const changes = timed(changed, nowMs);
  await tell(client, changes, last);
  await deliver(client, changes);
}

/** Later changes of one alarm have later times, so that whoever watches knows which is the newest. */
function timed(changed: readonly Alarm[], nowMs: number): AlarmChange[] {
  const met = new Map<string, number>();
  return changed.map((alarm) => {
    const before = met.get(alarm.id) ?? 0;
    met.set(alarm.id, before + 1);
    return { alarm, atMs: nowMs + before };
  });
}

async function write(client: Client, alarms: readonly Alarm[]): Promise<void> {
  const of = <T>(pick: (alarm: Alarm) => T): T[] => alarms.map(pick);
  const values = [
    of(({ id }) => id),
    of(({ ruleId }) => ruleId),
    of(({ organizationId }) => organizationId),
    of(({ deviceId }) => deviceId),
    of(({ deviceNumber }) => deviceNumber),
    of(({ state }) => state),
    of(({ raisedAtMs }) => new Date(raisedAtMs)),
    of(({ acknowledgedAtMs }) => dateOf(acknowledgedAtMs)),
    of(({ acknowledgedBy }) => acknowledgedBy),
    of(({ clearedAtMs }) => dateOf(clearedAtMs)),
    of(({ clearedBy }) => clearedBy),
    of(({ value }) => value ?? null),
    of(({ ruleName }) => ruleName),
    of(({ metric }) => metric),
    of(({ condition }) => condition),
    of(({ threshold }) => threshold),
    of(({ forS }) => forS),
    of(({ hysteresis }) => hysteresis),
    of(({ action }) => action),
  ];
  await client.query({ name: 'alarm_write', text: WRITE, values });
}

async function tell(
  client: Client,
  changes: readonly AlarmChange[],
  last: ReadonlyMap<string, Alarm>,
): Promise<void> {
  const of = <T>(pick: (change: AlarmChange) => T): T[] => changes.map(pick);
  // What ended in the same breath needs no plug to be switched off any more.
  const over = ({ alarm }: AlarmChange): boolean => last.get(alarm.id)?.state === 'cleared';
  const values = [
    of(({ alarm }) => alarm.id),
    of(({ alarm }) => alarm.ruleId),
    of(({ alarm }) => alarm.organizationId),
    of(({ alarm }) => alarm.deviceId),
    of(({ alarm }) => alarm.deviceNumber),
    of(({ alarm }) => alarm.state),
    of((change) => (over(change) ? '' : change.alarm.action)),
    of(({ alarm }) => new Date(alarm.raisedAtMs)),
    of(({ atMs }) => new Date(atMs)),
    currentTraceparent() ?? '',
  ];
  await client.query({ name: 'alarm_tell', text: TELL, values });
}

async function deliver(client: Client, changes: readonly AlarmChange[]): Promise<void> {
  const organizations = [...new Set(changes.map(({ alarm }) => alarm.organizationId))];
  const { rows: webhooks } = await client.query<{ id: string; organization_id: string; room: boolean }>({
    name: 'alarm_webhooks',
    text: WEBHOOKS,
    values: [organizations],
  });
  if (webhooks.length === 0) return;
  const deliveries = changes.flatMap((change) => {
    const mine = webhooks.filter(({ organization_id }) => organization_id === change.alarm.organizationId);
    const payload = mine.length > 0 ? webhookPayload(change) : '';
    return mine.map(({ id, room }) => ({ id: uuidv7(), webhookId: id, change, payload, room }));
  });
  const values = [
    deliveries.map(({ id }) => id),
    deliveries.map(({ webhookId }) => webhookId),
    deliveries.map(({ change }) => `alarm.${change.alarm.state}`),
    deliveries.map(({ payload }) => payload),
    deliveries.map(({ room }) => (room ? 'waiting' : 'dead')),
    deliveries.map(({ change }) => new Date(change.atMs)),
  ];
  await client.query({ name: 'alarm_deliver', text: DELIVER, values });
}
