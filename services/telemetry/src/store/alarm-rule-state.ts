// What a new or changed rule means for how it stands for its devices.
import type { AlarmRule } from '../domain/alarm-rule.js';
import { initialState, underOtherTerms } from '../domain/alarm-step.js';
import { STATE_COLUMNS, type StateRow } from './alarm-row.js';
import { saveWatches, watchesOf } from './alarm-state.js';
import type { Client } from './claim.js';

// Rollups are stored together with their readings, so the newest day knows the newest one.
const LAST = `
INSERT INTO alarm_state (rule_id, device_number, device_id, armed, last_at, last_value, due_at)
SELECT $1, $2, $3, $4, d.last_at, d.last, d.last_at + make_interval(secs => $5)
FROM rollup_day d JOIN metric m ON m.id = d.metric_id
WHERE m.name = $6 AND d.device_number = $2 ORDER BY d.bucket DESC LIMIT 1
ON CONFLICT DO NOTHING`;

/**
 * A rule of silence for one device begins with what the device last sent, which may be long ago. One for a whole
 * organization begins with the next reading of each device.
 */
export async function beginSilence(client: Client, rule: AlarmRule): Promise<void> {
  const { device, condition, enabled } = rule;
  if (device === undefined || condition !== 'silence' || !enabled) return;
  const { armed } = initialState(rule);
  await client.query(LAST, [rule.id, device.number, device.id, armed, rule.forS, rule.metric]);
}

/** Brings what is watched under other terms. */
export async function retermed(client: Client, before: AlarmRule, after: AlarmRule): Promise<void> {
  const sameBounds = before.threshold === after.threshold && before.hysteresis === after.hysteresis;
  if (sameBounds && before.forS === after.forS) return;
  const { rows } = await client.query<StateRow>(
    `SELECT ${STATE_COLUMNS} FROM alarm_state s WHERE s.rule_id = $1 ORDER BY s.device_number FOR UPDATE`,
    [after.id],
  );
  const watches = await watchesOf(client, rows, new Map([[after.id, after]]));
  // Saving also sets anew when silence is due.
  await saveWatches(
    client,
    watches.map((watch) => (sameBounds ? watch : { ...watch, state: underOtherTerms(after, watch.state) })),
  );
}
