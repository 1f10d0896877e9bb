// Rules, alarms, webhooks and deliveries as messages.
import type { telemetry } from '@mooring/proto';
import type { Alarm } from '../domain/alarm.js';
import type { AlarmRule } from '../domain/alarm-rule.js';
import type { Delivery, Webhook } from '../domain/webhook.js';

export function ruleMessage(rule: AlarmRule): telemetry.AlarmRule {
  const { device, ...rest } = rule;
  return { ...rest, deviceId: device?.id ?? '', deviceNumber: device?.number ?? 0n };
}

export function alarmMessage(alarm: Alarm): telemetry.Alarm {
  return {
    id: alarm.id,
    ruleId: alarm.ruleId,
    organizationId: alarm.organizationId,
    deviceId: alarm.deviceId,
    state: alarm.state,
    raisedAtMs: alarm.raisedAtMs,
    acknowledgedAtMs: alarm.acknowledgedAtMs,
    acknowledgedBy: alarm.acknowledgedBy,
    clearedAtMs: alarm.clearedAtMs,
    clearedBy: alarm.clearedBy,
    value: alarm.value,
    ruleName: alarm.ruleName,
    metric: alarm.metric,
    condition: alarm.condition,
    threshold: alarm.threshold,
  };
}

export function webhookMessage({ id, organizationId, url, name, createdAtMs }: Webhook): telemetry.Webhook {
  return { id, organizationId, url, name, createdAtMs };
}

export function deliveryMessage({ payload, ...delivery }: Delivery): telemetry.WebhookDelivery {
  const { nextAttemptAtMs, deliveredAtMs } = delivery;
  return { ...delivery, payloadJson: payload, nextAttemptAtMs, deliveredAtMs };
}
