// /v1/alarms: rules that came true, and what people did about it.
import type { telemetry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import { deviceBehind } from '../device-of.js';
import { organizationsOf, requireRole } from '../memberships.js';
import type { Parts } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Id, IdParams, Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Alarms'];

const Alarm = Type.Object({
  id: Id,
  rule_id: Id,
  rule_name: Type.String(),
  organization_id: Id,
  device_id: Id,
  metric: Type.String(),
  condition: Type.String(),
  threshold: Type.Number(),
  value: Nullable(Type.Number({ description: 'What raised it; null for silence' })),
  state: Type.String({ description: 'raised, acknowledged or cleared' }),
  raised_at: Time,
  acknowledged_at: Nullable(Time),
  acknowledged_by: Nullable(Type.String()),
  cleared_at: Nullable(Time),
  cleared_by: Nullable(Type.String({ description: 'null when the condition had gone' })),
});

const State = Type.Union([Type.Literal('raised'), Type.Literal('acknowledged'), Type.Literal('cleared')]);
const list = {
  tags,
  summary: 'Lists alarms, the newest first',
  querystring: PageQuery({
    device: Type.Optional(Id),
    organization: Type.Optional(Id),
    state: Type.Optional(State),
  }),
  response: { 200: Page(Alarm) },
};
const act = (summary: string) => ({ tags, summary, params: IdParams, response: { 200: Alarm } });

export function alarmRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('telemetry:read') };
  const write = { access: member('telemetry:write', 'operator') };

  server.get('/v1/alarms', { config: read, schema: list }, async (request) => {
    const { device: deviceId = '', organization, state = '' } = request.query;
    if (deviceId !== '') await deviceBehind(peers, request, deviceId);
    const organizationIds = [...organizationsOf(request, organization)];
    const page = pageOf(request.query);
    return pageFrom(await peers.alarms.listAlarms({ organizationIds, deviceId, state, ...page }), toAlarm);
  });

  const deeds = [
    { verb: 'acknowledge', rpc: peers.alarms.acknowledgeAlarm, summary: 'Says that somebody has seen it' },
    {
      verb: 'clear',
      rpc: peers.alarms.clearAlarm,
      summary: 'Ends it; it comes again once its condition has gone',
    },
  ] as const;
  for (const { verb, rpc, summary } of deeds) {
    server.post(`/v1/alarms/:id/${verb}`, { config: write, schema: act(summary) }, async (request) => {
      const { id } = request.params;
      const found = await peers.alarms.getAlarm({ organizationIds: [...organizationsOf(request)], id });
      const { organizationId } = present(found.alarm, 'alarm');
      requireRole(request, organizationId, 'operator');
      const { userId, apiKeyId } = principalOf(request);
      const { alarm } = await rpc({ organizationIds: [organizationId], id, actor: userId || apiKeyId });
      return toAlarm(present(alarm, 'alarm'));
    });
  }
}

function toAlarm(alarm: telemetry.Alarm): Static<typeof Alarm> {
  return {
    id: alarm.id,
    rule_id: alarm.ruleId,
    rule_name: alarm.ruleName,
    organization_id: alarm.organizationId,
    device_id: alarm.deviceId,
    metric: alarm.metric,
    condition: alarm.condition,
    threshold: alarm.threshold,
    value: alarm.value ?? null,
    state: alarm.state,
    raised_at: toTime(alarm.raisedAtMs),
    acknowledged_at: toTimeOrNull(alarm.acknowledgedAtMs),
    acknowledged_by: alarm.acknowledgedBy || null,
    cleared_at: toTimeOrNull(alarm.clearedAtMs),
    cleared_by: alarm.clearedBy || null,
  };
}
