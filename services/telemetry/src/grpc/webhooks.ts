// The RPCs that keep webhooks and show what became of their deliveries.
import type { telemetry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { checkWebhook, deliveryStates, shownSecret } from '../domain/webhook.js';
import { listDeliveries as deliveriesOf, retryDelivery as retry } from '../store/webhook-deliveries.js';
import {
  createWebhook as create,
  getWebhook as get,
  listWebhooks as list,
  deleteWebhook as remove,
} from '../store/webhooks.js';
import type { AlarmContext } from './alarm-context.js';
import { deliveryMessage, webhookMessage } from './alarm-message.js';
import { idOf, onceOf, oneOf, organizationsOf, paged, pageOf } from './alarm-request.js';

type Server = telemetry.AlarmsServer;

export function listWebhooks({ pool }: AlarmContext): Server['listWebhooks'] {
  return unary(async (request) => {
    const { limit, after } = pageOf(request);
    const found = await list(pool, organizationsOf(request.organizationIds), { limit: limit + 1, after });
    const { items, nextCursor } = paged(found, limit);
    return { items: items.map(webhookMessage), nextCursor };
  });
}

export function getWebhook({ pool }: AlarmContext): Server['getWebhook'] {
  return unary(async ({ organizationIds, id }) => {
    const webhook = await get(pool, organizationsOf(organizationIds), idOf(id, 'webhook'));
    return { webhook: webhookMessage(webhook) };
  });
}

export function createWebhook({ pool, clock, masterKey }: AlarmContext): Server['createWebhook'] {
  return unary(async ({ url, name, idempotencyKey, ...request }) => {
    const [organizationId] = organizationsOf([request.organizationId]);
    if (organizationId === undefined) throw new Fault('invalid', 'a webhook belongs to an organization');
    const made = checkWebhook({ organizationId, url, name });
    const once = onceOf(idempotencyKey, 'CreateWebhook', made);
    const { webhook, secret } = await create(pool, masterKey, made, clock.now(), once);
    return { webhook: webhookMessage(webhook), secret: shownSecret(secret) };
  });
}

export function deleteWebhook({ pool }: AlarmContext): Server['deleteWebhook'] {
  return unary(async ({ organizationIds, id }) => {
    await remove(pool, organizationsOf(organizationIds), idOf(id, 'webhook'));
    return {};
  });
}

export function listDeliveries({ pool }: AlarmContext): Server['listDeliveries'] {
  return unary(async (request) => {
    const { limit, after: before } = pageOf(request);
    const state = oneOf(request.state, deliveryStates, 'state');
    const webhookId = idOf(request.webhookId, 'webhook');
    const { id } = await get(pool, organizationsOf(request.organizationIds), webhookId);
    const { items, nextCursor } = paged(
      await deliveriesOf(pool, id, state, { limit: limit + 1, before }),
      limit,
    );
    return { items: items.map(deliveryMessage), nextCursor };
  });
}

export function retryDelivery({ pool, clock, engine }: AlarmContext): Server['retryDelivery'] {
  return unary(async (request) => {
    const webhookId = idOf(request.webhookId, 'webhook');
    const { id } = await get(pool, organizationsOf(request.organizationIds), webhookId);
    const delivery = await retry(pool, id, idOf(request.id, 'delivery'), clock.now());
    engine.deliver();
    return { delivery: deliveryMessage(delivery) };
  });
}
