// What an alarm is from its raising to its clearing, and how webhooks are told of it.
import type { AlarmAction, AlarmRule, Condition } from './alarm-rule.js';

export const alarmStates = ['raised', 'acknowledged', 'cleared'] as const;
export type AlarmState = (typeof alarmStates)[number];

/** An alarm keeps what its rule was like when it was raised. */
export interface Alarm {
  readonly id: string;
  readonly ruleId: string;
  readonly organizationId: string;
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly state: AlarmState;
  /** When the reading was that raised it, or when silence was noticed. */
  readonly raisedAtMs: number;
  readonly acknowledgedAtMs?: number;
  readonly acknowledgedBy: string;
  readonly clearedAtMs?: number;
  /** Empty when the condition had gone. */
  readonly clearedBy: string;
  /** Absent for silence. */
  readonly value?: number;
  readonly ruleName: string;
  readonly metric: string;
  readonly condition: Condition;
  readonly threshold: number;
  readonly forS: number;
  readonly hysteresis: number;
  readonly action: AlarmAction;
}

/** An alarm as it is after a change; its state names the change. */
export interface AlarmChange {
  readonly alarm: Alarm;
  /** When it happened here, epoch milliseconds; a later change of the same alarm has a later one. */
  readonly atMs: number;
}

export function raise(
  id: string,
  rule: AlarmRule,
  about: {
    readonly deviceId: string;
    readonly deviceNumber: bigint;
    readonly raisedAtMs: number;
    readonly value?: number;
  },
): Alarm {
  const { organizationId, name: ruleName, metric, condition, threshold, forS, hysteresis, action } = rule;
  const terms = { ruleName, metric, condition, threshold, forS, hysteresis, action };
  const untold = { state: 'raised', acknowledgedBy: '', clearedBy: '' } as const;
  return { id, ruleId: rule.id, organizationId, ...about, ...untold, ...terms };
}

/** `by` is empty when the condition has gone. */
export function clear(alarm: Alarm, clearedAtMs: number, by = ''): Alarm {
  return { ...alarm, state: 'cleared', clearedAtMs, clearedBy: by };
}

/** What a webhook is sent, as JSON. */
export function webhookPayload({ alarm, atMs }: AlarmChange): string {
  return JSON.stringify({
    type: `alarm.${alarm.state}`,
    timestamp: time(atMs),
    data: {
      alarm: {
        id: alarm.id,
        state: alarm.state,
        raised_at: time(alarm.raisedAtMs),
        acknowledged_at: time(alarm.acknowledgedAtMs),
        acknowledged_by: alarm.acknowledgedBy || null,
        cleared_at: time(alarm.clearedAtMs),
        cleared_by: alarm.clearedBy || null,
        value: alarm.value ?? null,
      },
      rule: {
        id: alarm.ruleId,
        name: alarm.ruleName,
        metric: alarm.metric,
        condition: alarm.condition,
        threshold: alarm.condition === 'silence' ? null : alarm.threshold,
        for_s: alarm.forS,
        hysteresis: alarm.hysteresis,
        action: alarm.action || null,
      },
      device_id: alarm.deviceId,
      organization_id: alarm.organizationId,
    },
  });
}

function time(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toISOString();
}
