// Decides what becomes of the deliveries of a batch: done, again later, or given up.
import { asFault, faultRow } from '../fault.js';
import { logger } from '../log.js';
import type { StreamDelivery } from './delivery.js';

const log = logger('nats-consumer');

/** From the third time on a delivery is handed over alone, so that a poisonous one fails without its neighbours. */
export const ALONE_FROM = 3;
const GIVE_UP_FROM = 5;

/** Delays in milliseconds before a failed delivery comes again, by how often it was delivered. */
export const BACKOFF_MS: readonly number[] = [1_000, 2_000, 5_000, 10_000, 30_000];

/** The handler is content: what it left unsettled is done. */
export function settleHandled(batch: readonly StreamDelivery<unknown>[]): void {
  for (const delivery of batch) delivery.ack();
}

/**
 * The handler threw: what it left unsettled comes again, later each time. At its fifth time a delivery is given up,
 * except when the fault is one that passes (`retryable` in the fault table): then nothing is wrong with the message.
 */
export async function settleFailed(
  batch: readonly StreamDelivery<unknown>[],
  error: unknown,
  backoffMs: readonly number[],
): Promise<void> {
  const fault = asFault(error);
  const passes = faultRow(fault.code).retryable;
  log.error({ err: error, durable: batch[0]?.durable, messages: batch.length, passes }, 'a batch failed');
  for (const delivery of batch) {
    if (delivery.settled) continue;
    if (passes || delivery.deliveryCount < GIVE_UP_FROM) {
      delivery.retry(delayAfter(delivery.deliveryCount, backoffMs));
    } else {
      await giveUp(delivery, `${fault.code}: ${fault.message}`, backoffMs);
    }
  }
}

/** Dead-letters a delivery, or has it come again when even that fails. */
export async function giveUp(
  delivery: StreamDelivery<unknown>,
  reason: string,
  backoffMs: readonly number[],
): Promise<void> {
  const { durable, subject, seq } = delivery;
  try {
    await delivery.deadLetter(reason);
    log.error({ durable, subject, seq, reason }, 'a message is dead-lettered');
  } catch (error) {
    log.error({ err: error, durable, subject, seq }, 'a message cannot be dead-lettered');
    delivery.retry(delayAfter(delivery.deliveryCount, backoffMs));
  }
}

function delayAfter(deliveryCount: number, backoffMs: readonly number[]): number {
  return backoffMs[Math.min(deliveryCount, backoffMs.length) - 1] ?? 0;
}
