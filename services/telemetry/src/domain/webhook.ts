// What a webhook and a delivery are, which may be kept, how a delivery is signed, and when a failed one is tried again.
import { createHmac } from 'node:crypto';
import { Fault, type FaultDetail } from '@mooring/runtime';
import { isName } from './alarm-rule.js';

export interface NewWebhook {
  readonly organizationId: string;
  readonly url: string;
  /** May be empty. */
  readonly name: string;
}

export interface Webhook extends NewWebhook {
  readonly id: string;
  readonly createdAtMs: number;
}

export const deliveryStates = ['waiting', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** One event for one webhook. Its id is the `webhook-id` of every attempt. */
export interface Delivery {
  readonly id: string;
  readonly webhookId: string;
  /** `alarm.raised`, `alarm.acknowledged` or `alarm.cleared`. */
  readonly event: string;
  readonly payload: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** 0 when there was no answer. */
  readonly lastStatus: number;
  readonly lastError: string;
  readonly createdAtMs: number;
  readonly nextAttemptAtMs?: number;
  readonly deliveredAtMs?: number;
}

/** How an attempt ended: with the status of an answer, or without one and why. */
export type Attempt = { readonly status: number } | { readonly error: string };

/** What follows from an attempt. `afterS` are seconds until the next one. */
export type Verdict =
  | { readonly state: 'delivered' | 'dead'; readonly status: number; readonly error: string }
  | { readonly state: 'waiting'; readonly status: number; readonly error: string; readonly afterS: number };

const MAX_URL = 2_000;
const GONE = 410;

/** Fault `invalid` with a detail per problem. */
export function checkWebhook(made: NewWebhook): NewWebhook {
  const details: FaultDetail[] = [];
  const problem = problemOfUrl(made.url);
  if (problem !== undefined) details.push({ field: 'url', message: problem });
  if (made.name !== '' && !isName(made.name))
    details.push({
      field: 'name',
      message: 'must have at most 120 characters, none of them control characters',
    });
  const [first] = details;
  if (first !== undefined) throw new Fault('invalid', `${first.field} ${first.message}`, { details });
  return made;
}

function problemOfUrl(text: string): string | undefined {
  if (text.length > MAX_URL) return `must have at most ${MAX_URL} characters`;
  if (!URL.canParse(text)) return 'must be a URL';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return 'must begin with http:// or https://';
  return username === '' && password === '' ? undefined : 'must not hold a user or password';
}

/** A secret as people are shown it (Standard Webhooks, "Signature scheme"). */
export function shownSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

/** The headers that let a receiver check a delivery (Standard Webhooks, "Webhook headers"). */
export function signedHeaders(secret: Buffer, id: string, payload: string, nowMs: number) {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${payload}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  } as const;
}

/** What becomes of a delivery after its attempt number `attempts`, given the waits between attempts. */
export function verdict(attempt: Attempt, attempts: number, backoffS: readonly number[]): Verdict {
  const status = 'status' in attempt ? attempt.status : 0;
  if (status >= 200 && status < 300) return { state: 'delivered', status, error: '' };
  const error = 'error' in attempt ? attempt.error : `answered ${status}`;
  const afterS = backoffS[attempts - 1];
  if (status === GONE || afterS === undefined) return { state: 'dead', status, error };
  return { state: 'waiting', status, error, afterS };
}
