// /v1/schedules: switching at set times.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { wrong } from '../../prints/content.js';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Name, Nullable, Repeatable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Schedules'];

const Weekly = Type.Object(
  {
    days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
      minItems: 1,
      maxItems: 7,
      description: '1 is Monday, 7 Sunday',
    }),
    at: Type.String({
      pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
      description: "HH:MM on the organization's clock",
    }),
  },
  { additionalProperties: false },
);
const InS = Type.Integer({ minimum: 1, maximum: 366 * 86_400, description: 'Once, in that many seconds' });

const Schedule = Type.Object({
  id: Id,
  device_id: Id,
  name: Type.String(),
  on: Type.Boolean({ description: 'What the device is switched to' }),
  enabled: Type.Boolean(),
  weekly: Nullable(Weekly),
  run_at: Nullable(Time),
  next_run_at: Nullable(Time),
  last_run_at: Nullable(Time),
  last_command_id: Nullable(Id),
  created_at: Time,
});

const list = {
  tags,
  summary: 'Lists schedules',
  querystring: PageQuery({ device: Type.Optional(Id) }),
  response: { 200: Page(Schedule) },
};
const make = {
  tags,
  summary: 'Switches a plug every week at a time, or once after a while',
  headers: Repeatable,
  body: Type.Object(
    {
      device_id: Id,
      name: Type.Optional(Name),
      on: Type.Boolean(),
      weekly: Type.Optional(Weekly),
      in_s: Type.Optional(InS),
    },
    { additionalProperties: false },
  ),
  response: { 201: Schedule },
};
const show = { tags, summary: 'Shows one', params: IdParams, response: { 200: Schedule } };
const change = {
  tags,
  summary: 'Changes a schedule; a new time, or enabling it, plans its next run anew',
  params: IdParams,
  body: Type.Object(
    {
      name: Type.Optional(Type.String({ maxLength: 200 })),
      on: Type.Optional(Type.Boolean()),
      enabled: Type.Optional(Type.Boolean()),
      weekly: Type.Optional(Weekly),
      in_s: Type.Optional(InS),
    },
    { additionalProperties: false },
  ),
  response: { 200: Schedule },
};
const remove = { tags, summary: 'Deletes one', params: IdParams, response: { 204: Empty } };

export function scheduleRoutes(server: Server, { peers }: Parts): void {
  const read = { access: member('devices:read') };
  const write = { access: member('devices:write', 'operator') };

  server.get('/v1/schedules', { config: read, schema: list }, async (request) => {
    const principal = principalOf(request);
    const page = { deviceId: request.query.device ?? '', ...pageOf(request.query) };
    return pageFrom(await peers.schedules.listSchedules({ principal, ...page }), toSchedule);
  });

  server.post('/v1/schedules', { config: write, schema: make }, async (request, reply) => {
    const { device_id: deviceId, name = '', on } = request.body;
    const { schedule } = await peers.schedules.createSchedule({
      principal: principalOf(request),
      deviceId,
      name,
      on,
      when: whenOf(request.body),
      idempotencyKey: idempotencyKey(request.headers),
    });
    return reply.code(201).send(toSchedule(present(schedule, 'schedule')));
  });

  server.get('/v1/schedules/:id', { config: read, schema: show }, async (request) => {
    const asked = { principal: principalOf(request), id: request.params.id };
    const { schedule } = await peers.schedules.getSchedule(asked);
    return toSchedule(present(schedule, 'schedule'));
  });

  server.patch('/v1/schedules/:id', { config: write, schema: change }, async (request) => {
    const { name, on, enabled, weekly, in_s: inS } = request.body;
    const asked = { principal: principalOf(request), id: request.params.id };
    const { schedule } = await peers.schedules.updateSchedule({ ...asked, name, on, enabled, weekly, inS });
    return toSchedule(present(schedule, 'schedule'));
  });

  server.delete('/v1/schedules/:id', { config: write, schema: remove }, async (request, reply) => {
    await peers.schedules.deleteSchedule({ principal: principalOf(request), id: request.params.id });
    return reply.code(204).send(null);
  });
}

function whenOf(body: Static<typeof make.body>): registry.CreateScheduleRequest['when'] {
  const { weekly, in_s: inS } = body;
  if (weekly !== undefined && inS !== undefined) throw wrong('in_s', 'cannot be given together with weekly');
  if (weekly !== undefined) return { $case: 'weekly', value: weekly };
  if (inS !== undefined) return { $case: 'inS', value: inS };
  throw wrong('weekly', 'or in_s is needed');
}

function toSchedule(schedule: registry.Schedule): Static<typeof Schedule> {
  const { when } = schedule;
  return {
    id: schedule.id,
    device_id: schedule.deviceId,
    name: schedule.name,
    on: schedule.on,
    enabled: schedule.enabled,
    weekly: when?.$case === 'weekly' ? { days: [...when.value.days], at: when.value.at } : null,
    run_at: when?.$case === 'countdown' ? toTime(when.value.atMs) : null,
    next_run_at: toTimeOrNull(schedule.nextRunAtMs),
    last_run_at: toTimeOrNull(schedule.lastRunAtMs),
    last_command_id: schedule.lastCommandId || null,
    created_at: toTime(schedule.createdAtMs),
  };
}
