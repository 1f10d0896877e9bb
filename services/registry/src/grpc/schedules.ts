// The service Schedules: switching at set times, kept by people.
import type { registry } from '@mooring/proto';
import { Fault, systemClock, unary } from '@mooring/runtime';
import { authorize, authorizedIn, permission, unknown } from '../domain/authorize.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf, type Principal } from '../domain/principal.js';
import { checkCountdown, checkWeekly, type Schedule, timeOfDay, type When } from '../domain/schedule.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { idOf, onceOf, principalOf } from './principal.js';

type Server = registry.SchedulesServer;

export function scheduleHandlers(context: Context): Server {
  return {
    listSchedules: listSchedules(context),
    createSchedule: createSchedule(context),
    getSchedule: getSchedule(context),
    updateSchedule: updateSchedule(context),
    deleteSchedule: deleteSchedule(context),
  };
}

function listSchedules(context: Context): Server['listSchedules'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const asked = page(request.limit, request.cursor);
    const device =
      request.deviceId === ''
        ? undefined
        : await deviceFor(context, principal, request.deviceId, permission.readDevices);
    const organizations =
      device === undefined ? authorizedIn(principal, permission.readDevices) : [device.organizationId];
    const found = await context.store.schedules.list(organizations, device?.id, asked);
    const { items, nextCursor } = paged(found, asked.limit, ({ id }) => id);
    return { items: items.map(scheduleMessage), nextCursor };
  });
}

function createSchedule(context: Context): Server['createSchedule'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const device = await deviceFor(context, principal, request.deviceId, permission.commandDevices);
    const problems = new Problems();
    if (device.dialect !== 'kinetid')
      problems.add('device_id', 'must be a plug: nothing else can be switched');
    const name = problems.name('name', request.name);
    const nowMs = systemClock.now();
    const when = whenOf(problems, request.when, nowMs);
    problems.check();
    const asked = { deviceId: device.id, name, on: request.on, when: request.when };
    const once = onceOf(principal, request.idempotencyKey, 'CreateSchedule', asked);
    const made = { name, on: request.on, when };
    return { schedule: scheduleMessage(await context.store.schedules.create(device, made, nowMs, once)) };
  });
}

function getSchedule(context: Context): Server['getSchedule'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const found = await scheduleFor(context, principal, request.id, permission.readDevices);
    return { schedule: scheduleMessage(found) };
  });
}

function updateSchedule(context: Context): Server['updateSchedule'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await scheduleFor(context, principal, request.id, permission.commandDevices);
    const { name, on, enabled, weekly, inS } = request;
    const problems = new Problems();
    const nowMs = systemClock.now();
    if (weekly !== undefined && inS !== undefined)
      problems.add('in_s', 'cannot be given together with weekly');
    const when =
      weekly !== undefined
        ? checkWeekly(problems, weekly.days, weekly.at)
        : inS !== undefined
          ? checkCountdown(problems, inS, nowMs)
          : undefined;
    const change = {
      ...(name === undefined ? {} : { name: problems.name('name', name) }),
      ...(on === undefined ? {} : { on }),
      ...(enabled === undefined ? {} : { enabled }),
      ...(when === undefined ? {} : { when }),
    };
    problems.check();
    const updated = await context.store.schedules.update(id, change, nowMs, actorOf(principal));
    return { schedule: scheduleMessage(updated) };
  });
}

function deleteSchedule(context: Context): Server['deleteSchedule'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await scheduleFor(context, principal, request.id, permission.commandDevices);
    await context.store.schedules.remove(id, actorOf(principal));
    return {};
  });
}

async function scheduleFor(
  { store }: Context,
  principal: Principal,
  id: string,
  needed: (typeof permission)[keyof typeof permission],
): Promise<Schedule> {
  const found = await store.schedules.get(idOf(id, 'schedule'));
  authorize(principal, found?.organizationId, needed, 'schedule');
  if (found === undefined) throw unknown('schedule');
  return found;
}

function whenOf(problems: Problems, when: registry.CreateScheduleRequest['when'], nowMs: number): When {
  switch (when?.$case) {
    case 'weekly':
      return checkWeekly(problems, when.value.days, when.value.at);
    case 'inS':
      return checkCountdown(problems, when.value, nowMs);
    case undefined:
      throw new Fault('invalid', 'a schedule needs weekly or in_s', {
        details: [{ field: 'weekly', message: 'or in_s is needed' }],
      });
  }
}

function scheduleMessage(schedule: Schedule): registry.Schedule {
  const { id, deviceId, name, on, enabled, when, lastCommandId = '' } = schedule;
  return {
    ...{ id, deviceId, name, on, enabled, lastCommandId },
    when:
      when.kind === 'weekly'
        ? { $case: 'weekly', value: { days: [...when.days], at: timeOfDay(when.atMinute) } }
        : { $case: 'countdown', value: { atMs: when.runAtMs } },
    nextRunAtMs: schedule.nextRunAt?.getTime(),
    lastRunAtMs: schedule.lastRunAt?.getTime(),
    createdAtMs: schedule.createdAt.getTime(),
  };
}
