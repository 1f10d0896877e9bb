// How rules, alarms and watches are read from rows.
import type { Alarm, AlarmState } from '../domain/alarm.js';
import type { AlarmAction, AlarmRule, Condition } from '../domain/alarm-rule.js';
import type { WatchState } from '../domain/alarm-step.js';

interface TermsRow {
  readonly metric: string;
  readonly condition: Condition;
  readonly threshold: number;
  readonly for_s: number;
  readonly hysteresis: number;
  readonly action: AlarmAction;
}

export interface RuleRow extends TermsRow {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly device_id: string | null;
  readonly device_number: string | null;
  readonly enabled: boolean;
  readonly revision: string;
  readonly created_at: Date;
}

export const RULE_COLUMNS = `id, organization_id, name, device_id, device_number, metric, condition, threshold, for_s,
  hysteresis, action, enabled, revision, created_at`;

export function ruleOf(row: RuleRow): AlarmRule {
  const { id, organization_id, name, device_id, device_number, enabled } = row;
  const device =
    device_id === null || device_number === null
      ? {}
      : { device: { id: device_id, number: BigInt(device_number) } };
  const terms = { ...termsOf(row), enabled, createdAtMs: row.created_at.getTime() };
  return { id, organizationId: organization_id, name, ...device, ...terms };
}

export interface AlarmRow extends TermsRow {
  readonly id: string;
  readonly rule_id: string;
  readonly organization_id: string;
  readonly device_id: string;
  readonly device_number: string;
  readonly state: AlarmState;
  readonly raised_at: Date;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string;
  readonly cleared_at: Date | null;
  readonly cleared_by: string;
  readonly value: number | null;
  readonly rule_name: string;
}

export function alarmOf(row: AlarmRow): Alarm {
  return {
    id: row.id,
    ruleId: row.rule_id,
    organizationId: row.organization_id,
    deviceId: row.device_id,
    deviceNumber: BigInt(row.device_number),
    state: row.state,
    raisedAtMs: row.raised_at.getTime(),
    ...(row.acknowledged_at === null ? {} : { acknowledgedAtMs: row.acknowledged_at.getTime() }),
    acknowledgedBy: row.acknowledged_by,
    ...(row.cleared_at === null ? {} : { clearedAtMs: row.cleared_at.getTime() }),
    clearedBy: row.cleared_by,
    ...(row.value === null ? {} : { value: row.value }),
    ruleName: row.rule_name,
    ...termsOf(row),
  };
}

export interface StateRow {
  readonly rule_id: string;
  readonly device_number: string;
  readonly device_id: string;
  readonly armed: boolean;
  readonly since: Date | null;
  readonly last_at: Date | null;
  readonly last_value: number | null;
  readonly alarm_id: string | null;
}

export const STATE_COLUMNS = `s.rule_id, s.device_number, s.device_id, s.armed, s.since, s.last_at, s.last_value,
  s.alarm_id`;

/** `open` is whether the alarm that the row names is there. */
export function stateOf(row: StateRow, open: boolean): WatchState {
  return {
    armed: row.armed,
    open,
    sinceMs: row.since?.getTime(),
    lastMs: row.last_at?.getTime(),
    lastValue: row.last_value ?? undefined,
  };
}

function termsOf({ metric, condition, threshold, for_s, hysteresis, action }: TermsRow) {
  return { metric, condition, threshold, forS: for_s, hysteresis, action };
}

/** A time as a parameter. */
export function dateOf(epochMs: number | undefined): Date | null {
  return epochMs === undefined ? null : new Date(epochMs);
}
