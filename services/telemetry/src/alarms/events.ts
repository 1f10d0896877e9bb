// What alarms and webhooks report: one function per event.
import { counter, type Fault, gauge, logger } from '@mooring/runtime';
import type { Alarm } from '../domain/alarm.js';
import type { Verdict } from '../domain/webhook.js';

const log = logger('alarms');

const alarms = counter({
  name: 'mooring_alarms_total',
  help: 'Alarms by what happened to them: raised, acknowledged or cleared',
  labels: ['state'],
});
const deliveries = counter({
  name: 'mooring_webhook_attempts_total',
  help: 'Attempts to deliver to a webhook by what follows: delivered, waiting for the next attempt, or dead',
  labels: ['outcome'],
});

/** Alarms changed, and it is committed. */
export function alarmsChanged(changed: readonly Alarm[]): void {
  for (const { id, ruleId, deviceNumber, state } of changed) {
    alarms.inc({ state });
    log.info(
      { alarm_id: id, rule_id: ruleId, device_number: String(deviceNumber), state },
      'an alarm changed',
    );
  }
}

/** Rules stay as they were known until the next look. */
export function rulesNotRead(fault: Fault): void {
  log.warn({ err: fault }, 'alarm rules could not be read');
}

/** What is due stays due. */
export function sweepFailed(fault: Fault): void {
  log.warn({ err: fault }, 'the look for silent devices failed');
}

/** What was not said stays in the outbox. */
export function relayFailed(fault: Fault): void {
  log.warn({ err: fault }, 'news of alarms could not be published');
}

export function deliveryAttempted(id: string, webhookId: string, { state, status, error }: Verdict): void {
  deliveries.inc({ outcome: state });
  const about = { delivery_id: id, webhook_id: webhookId, status, reason: error };
  if (state === 'dead') log.warn(about, 'a delivery is dead');
  else log.debug(about, 'a delivery was attempted');
}

export function deliveryFailed(id: string, webhookId: string, fault: Fault): void {
  log.warn(
    { err: fault, delivery_id: id, webhook_id: webhookId },
    'a delivery was not attempted, or its end not kept',
  );
}

export function webhooksFailed(fault: Fault): void {
  log.warn({ err: fault }, 'deliveries could not be read');
}

/** What is asked at every scrape; a figure that cannot be had stays as it was, as a scrape must not fail with the database. */
export function observed(figures: {
  readonly rules: () => number;
  readonly outboxAgeS: () => Promise<number>;
  readonly backlog: () => Promise<{ readonly waiting: number; readonly overdueS: number }>;
}): void {
  const unknown = (error: unknown): void => log.debug({ err: error }, 'a figure is not known');
  gauge({
    name: 'mooring_alarm_rules',
    help: 'Alarm rules in force, as this process knows them',
    collect: (metric) => metric.set(figures.rules()),
  });
  gauge({
    name: 'mooring_alarm_outbox_age_seconds',
    help: 'Age of the oldest change of an alarm that the bus has not heard of',
    collect: (metric) => figures.outboxAgeS().then((seconds) => metric.set(seconds), unknown),
  });
  const overdue = gauge({
    name: 'mooring_webhook_overdue_seconds',
    help: 'For how long the delivery that has waited longest has been due',
  });
  gauge({
    name: 'mooring_webhook_waiting_deliveries',
    help: 'Deliveries that wait for an attempt',
    collect: (metric) =>
      figures.backlog().then(({ waiting, overdueS }) => {
        metric.set(waiting);
        overdue.set(overdueS);
      }, unknown),
  });
}
