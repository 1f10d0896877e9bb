// /v1/alarm-rules: what is to be told of, and what is to be done about it.
import type { registry, telemetry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { wrong } from '../../prints/content.js';
import { member, present } from '../access.js';
import { deviceBehind } from '../device-of.js';
import { organizationFor, organizationsOf, ownKey, requireRole } from '../memberships.js';
import type { Parts } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Nullable, Repeatable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Alarms'];
const RuleName = Type.String({ maxLength: 120, description: 'Metric and condition when absent' });
const Condition = Type.Union([Type.Literal('above'), Type.Literal('below'), Type.Literal('silence')], {
  description: 'below tells of what has been above before; silence of nothing coming any more',
});
const ForS = Type.Integer({
  minimum: 0,
  maximum: 7 * 86_400,
  description: 'How long it must hold, in seconds; of silence at least 15',
});
const Action = Type.Union([Type.Literal('switch_off'), Type.Literal('')], {
  description: 'switch_off cuts a plug off when the alarm is raised',
});

const AlarmRule = Type.Object({
  id: Id,
  organization_id: Id,
  name: Type.String(),
  device_id: Nullable(Id),
  metric: Type.String(),
  condition: Type.String(),
  threshold: Type.Number(),
  for_s: Type.Integer(),
  hysteresis: Type.Number(),
  action: Nullable(Type.String()),
  enabled: Type.Boolean(),
  created_at: Time,
});

const list = {
  tags,
  summary: 'Lists alarm rules',
  querystring: PageQuery({ device: Type.Optional(Id), organization: Type.Optional(Id) }),
  response: { 200: Page(AlarmRule) },
};
const make = {
  tags,
  summary: 'Watches a metric of one device, or of every device of the organization',
  headers: Repeatable,
  body: Type.Object(
    {
      name: Type.Optional(RuleName),
      device_id: Type.Optional(Id),
      organization_id: Type.Optional(Id),
      metric: Type.String({ pattern: '^[a-z0-9_]{1,64}$' }),
      condition: Condition,
      threshold: Type.Optional(Type.Number()),
      for_s: ForS,
      hysteresis: Type.Optional(Type.Number({ minimum: 0 })),
      action: Type.Optional(Action),
      enabled: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  response: { 201: AlarmRule },
};
const show = { tags, summary: 'Shows one', params: IdParams, response: { 200: AlarmRule } };
const change = {
  tags,
  summary: 'Changes a rule; under another threshold it begins to watch anew',
  params: IdParams,
  body: Type.Object(
    {
      name: Type.Optional(RuleName),
      threshold: Type.Optional(Type.Number()),
      for_s: Type.Optional(ForS),
      hysteresis: Type.Optional(Type.Number({ minimum: 0 })),
      action: Type.Optional(Action),
      enabled: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  response: { 200: AlarmRule },
};
const remove = {
  tags,
  summary: 'Deletes a rule; its alarms are cleared',
  params: IdParams,
  response: { 204: Empty },
};

export function alarmRuleRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('telemetry:read') };
  const write = { access: member('telemetry:write', 'operator') };

  server.get('/v1/alarm-rules', { config: read, schema: list }, async (request) => {
    const { device: deviceId = '', organization } = request.query;
    const device = deviceId === '' ? undefined : await deviceBehind(peers, request, deviceId);
    const organizationIds = [...organizationsOf(request, device?.organizationId ?? organization)];
    const page = pageOf(request.query);
    return pageFrom(await peers.alarms.listAlarmRules({ organizationIds, deviceId, ...page }), toRule);
  });

  server.post('/v1/alarm-rules', { config: write, schema: make }, async (request, reply) => {
    const { body } = request;
    const device =
      body.device_id === undefined ? undefined : await deviceBehind(peers, request, body.device_id);
    refuse(body, device);
    const organizationId = organizationFor(
      request,
      device?.organizationId ?? body.organization_id,
      'operator',
    );
    const { rule } = await peers.alarms.createAlarmRule({
      rule: {
        id: '',
        organizationId,
        name: body.name || `${body.metric} ${body.condition}`,
        deviceId: device?.id ?? '',
        deviceNumber: device?.number ?? 0n,
        metric: body.metric,
        condition: body.condition,
        threshold: body.threshold ?? 0,
        forS: body.for_s,
        hysteresis: body.hysteresis ?? 0,
        action: body.action ?? '',
        enabled: body.enabled ?? true,
        createdAtMs: 0,
      },
      idempotencyKey: ownKey(request, idempotencyKey(request.headers)),
    });
    return reply.code(201).send(toRule(present(rule, 'rule')));
  });

  server.get('/v1/alarm-rules/:id', { config: read, schema: show }, async (request) => {
    const organizationIds = [...organizationsOf(request)];
    const { rule } = await peers.alarms.getAlarmRule({ organizationIds, id: request.params.id });
    return toRule(present(rule, 'rule'));
  });

  server.patch('/v1/alarm-rules/:id', { config: write, schema: change }, async (request) => {
    const { id } = request.params;
    const { name, threshold, for_s: forS, hysteresis, action, enabled } = request.body;
    const found = await peers.alarms.getAlarmRule({ organizationIds: [...organizationsOf(request)], id });
    const { organizationId } = present(found.rule, 'rule');
    requireRole(request, organizationId, 'operator');
    const organizationIds = [organizationId];
    const { rule } = await peers.alarms.updateAlarmRule({
      ...{ organizationIds, id, name, threshold, forS, hysteresis, action, enabled },
    });
    return toRule(present(rule, 'rule'));
  });

  server.delete('/v1/alarm-rules/:id', { config: write, schema: remove }, async (request, reply) => {
    const { id } = request.params;
    const found = await peers.alarms.getAlarmRule({ organizationIds: [...organizationsOf(request)], id });
    const { organizationId } = present(found.rule, 'rule');
    requireRole(request, organizationId, 'operator');
    await peers.alarms.deleteAlarmRule({ organizationIds: [organizationId], id });
    return reply.code(204).send(null);
  });
}

/** Fault `invalid` for what telemetry cannot know to be wrong. */
function refuse(body: Static<typeof make.body>, device: registry.Device | undefined): void {
  const { condition, threshold, action, organization_id: organizationId } = body;
  if (condition !== 'silence' && threshold === undefined) throw wrong('threshold', 'is needed');
  if (device === undefined) return;
  if (action === 'switch_off' && device.dialect !== 'kinetid')
    throw wrong('action', 'is for plugs: nothing else can be switched off');
  if (organizationId !== undefined && organizationId !== device.organizationId)
    throw wrong('organization_id', 'is not that of the device');
}

function toRule(rule: telemetry.AlarmRule): Static<typeof AlarmRule> {
  return {
    id: rule.id,
    organization_id: rule.organizationId,
    name: rule.name,
    device_id: rule.deviceId || null,
    metric: rule.metric,
    condition: rule.condition,
    threshold: rule.threshold,
    for_s: rule.forS,
    hysteresis: rule.hysteresis,
    action: rule.action || null,
    enabled: rule.enabled,
    created_at: toTime(rule.createdAtMs),
  };
}
