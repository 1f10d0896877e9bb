// /v1/webhooks: addresses that are told of alarms, and what became of each telling.
import type { telemetry } from '@mooring/proto';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, present } from '../access.js';
import { administered, organizationFor, organizationsOf, ownKey, requireRole } from '../memberships.js';
import type { Parts } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import {
  AnyObject,
  Empty,
  Id,
  IdParams,
  idempotencyKey,
  Nullable,
  Repeatable,
  Time,
} from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Alarms'];

const Webhook = Type.Object({
  id: Id,
  organization_id: Id,
  url: Type.String(),
  name: Type.String(),
  created_at: Time,
});
const Delivery = Type.Object({
  id: Id,
  webhook_id: Id,
  event: Type.String(),
  payload: AnyObject,
  state: Type.String({ description: 'waiting, delivered or dead' }),
  attempts: Type.Integer(),
  last_status: Nullable(Type.Integer()),
  last_error: Nullable(Type.String()),
  created_at: Time,
  next_attempt_at: Nullable(Time),
  delivered_at: Nullable(Time),
});

const list = {
  tags,
  summary: 'Lists webhooks, without their secrets',
  querystring: PageQuery({ organization: Type.Optional(Id) }),
  response: { 200: Page(Webhook) },
};
const make = {
  tags,
  summary: 'Has alarms sent to an address, signed (Standard Webhooks); the secret is shown this once',
  headers: Repeatable,
  body: Type.Object(
    {
      url: Type.String({ minLength: 1, maxLength: 2000 }),
      name: Type.Optional(Type.String({ maxLength: 120 })),
      organization_id: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  response: { 201: Type.Intersect([Webhook, Type.Object({ secret: Type.String() })]) },
};
const remove = { tags, summary: 'Deletes one', params: IdParams, response: { 204: Empty } };
const deliveries = {
  tags,
  summary: 'Lists what was sent, the newest first; `state=dead` for what was given up',
  params: IdParams,
  querystring: PageQuery({
    state: Type.Optional(
      Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('dead')]),
    ),
  }),
  response: { 200: Page(Delivery) },
};
const retry = {
  tags,
  summary: 'Sends again what was given up',
  params: Type.Object({ id: Id, delivery_id: Id }),
  response: { 200: Delivery },
};

export function webhookRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('telemetry:read', 'admin') };
  const write = { access: member('telemetry:write', 'admin') };
  /** The organization of a webhook, if whoever asks may look after it. */
  const ownerOf = async (request: FastifyRequest, id: string): Promise<readonly string[]> => {
    const found = await peers.alarms.getWebhook({ organizationIds: [...organizationsOf(request)], id });
    const { organizationId } = present(found.webhook, 'webhook');
    requireRole(request, organizationId, 'admin');
    return [organizationId];
  };

  server.get('/v1/webhooks', { config: read, schema: list }, async (request) => {
    const organizationIds = [...administered(request, request.query.organization)];
    const page = pageOf(request.query);
    return pageFrom(await peers.alarms.listWebhooks({ organizationIds, ...page }), toWebhook);
  });

  server.post('/v1/webhooks', { config: write, schema: make }, async (request, reply) => {
    const { url, name = '', organization_id: named } = request.body;
    const { webhook, secret } = await peers.alarms.createWebhook({
      organizationId: organizationFor(request, named, 'admin'),
      url,
      name,
      idempotencyKey: ownKey(request, idempotencyKey(request.headers)),
    });
    return reply.code(201).send({ ...toWebhook(present(webhook, 'webhook')), secret });
  });

  server.delete('/v1/webhooks/:id', { config: write, schema: remove }, async (request, reply) => {
    const { id } = request.params;
    const organizationIds = [...(await ownerOf(request, id))];
    await peers.alarms.deleteWebhook({ organizationIds, id });
    return reply.code(204).send(null);
  });

  const path = '/v1/webhooks/:id/deliveries';
  server.get(path, { config: read, schema: deliveries }, async (request) => {
    const { id: webhookId } = request.params;
    const organizationIds = [...(await ownerOf(request, webhookId))];
    const { state = '' } = request.query;
    const asked = { organizationIds, webhookId, state, ...pageOf(request.query) };
    return pageFrom(await peers.alarms.listDeliveries(asked), toDelivery);
  });

  server.post(`${path}/:delivery_id/retry`, { config: write, schema: retry }, async (request) => {
    const { id: webhookId, delivery_id: id } = request.params;
    const organizationIds = [...(await ownerOf(request, webhookId))];
    const { delivery } = await peers.alarms.retryDelivery({ organizationIds, webhookId, id });
    return toDelivery(present(delivery, 'delivery'));
  });
}

function toWebhook({
  id,
  organizationId,
  url,
  name,
  createdAtMs,
}: telemetry.Webhook): Static<typeof Webhook> {
  return { id, organization_id: organizationId, url, name, created_at: toTime(createdAtMs) };
}

function toDelivery(delivery: telemetry.WebhookDelivery): Static<typeof Delivery> {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event: delivery.event,
    payload: JSON.parse(delivery.payloadJson) as Record<string, unknown>,
    state: delivery.state,
    attempts: delivery.attempts,
    last_status: delivery.lastStatus || null,
    last_error: delivery.lastError || null,
    created_at: toTime(delivery.createdAtMs),
    next_attempt_at: toTimeOrNull(delivery.nextAttemptAtMs),
    delivered_at: toTimeOrNull(delivery.deliveredAtMs),
  };
}
