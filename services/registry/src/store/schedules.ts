// Schedules: kept, and run once each however many replicas look for what is due.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Device } from '../domain/device.js';
import type { JsonObject } from '../domain/json.js';
import type { Page } from '../domain/page.js';
import { lastRun, nextRun, type Schedule, timeOfDay, type When } from '../domain/schedule.js';
import { record } from './audit.js';
import type { Prisma } from './generated/client.js';
import { claim, type Once } from './idempotency.js';
import type { Db, Orm } from './orm.js';

export interface NewSchedule {
  readonly name: string;
  readonly on: boolean;
  readonly when: When;
}

export interface ScheduleChange {
  readonly name?: string;
  readonly on?: boolean;
  readonly enabled?: boolean;
  readonly when?: When;
}

/** What the schedules of a device want of it now; answers the id of the command that does it. */
export type SwitchDevice = (
  db: Db,
  device: { readonly id: string; readonly organizationId: string; readonly dialect: string },
  on: boolean,
) => Promise<string>;

/** Bounds what one look at a device has to read. */
const MAX_PER_DEVICE = 50;

const withZone = { device: { select: { organization: { select: { timeZone: true } } } } } as const;

export function schedules(orm: Orm) {
  return {
    /** Fault `exhausted` beyond 50 of one device. */
    create: (device: Device, made: NewSchedule, nowMs: number, once: Once): Promise<Schedule> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) return read(db, earlier);
        if ((await db.schedule.count({ where: { deviceId: device.id } })) >= MAX_PER_DEVICE) {
          throw new Fault('exhausted', `a device has at most ${MAX_PER_DEVICE} schedules`);
        }
        const { id: deviceId, organizationId, timeZone } = device;
        const { name, on, when } = made;
        const nextRunAt = dateOf(nextRun(when, timeZone, nowMs));
        const data = { id, deviceId, organizationId, name, turnsOn: on, nextRunAt, ...columnsOf(when) };
        const row = await db.schedule.create({ data });
        await note(db, row, once.actor, 'schedule.created', describe(made));
        return scheduleOf(row);
      }),

    get: (id: string): Promise<Schedule | undefined> =>
      orm.read(async (db) => {
        const row = await db.schedule.findUnique({ where: { id } });
        return row === null ? undefined : scheduleOf(row);
      }),

    /** Of those organizations, or of one device of them, in the order of their ids; one more than the page holds. */
    list: (
      organizationIds: readonly string[],
      deviceId: string | undefined,
      page: Page,
    ): Promise<readonly Schedule[]> =>
      orm.read(async (db) => {
        const found = await db.schedule.findMany({
          where: {
            organizationId: { in: [...organizationIds] },
            ...(deviceId === undefined ? {} : { deviceId }),
            ...(page.after === undefined ? {} : { id: { gt: page.after } }),
          },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        });
        return found.map(scheduleOf);
      }),

    /** Fault `not_found` when it is gone. A change of when, or enabling it, plans the next run anew. */
    update: (id: string, change: ScheduleChange, nowMs: number, actor: string): Promise<Schedule> =>
      orm.transact(async (db) => {
        await db.$queryRaw`SELECT id FROM schedule WHERE id = ${id}::uuid FOR UPDATE`;
        const before = await db.schedule.findUnique({ where: { id }, include: withZone });
        if (before === null) throw new Fault('not_found', 'no such schedule');
        const { name, on, enabled = before.enabled, when = scheduleOf(before).when } = change;
        const replanned = change.when !== undefined || change.enabled !== undefined;
        const nextMs = enabled ? nextRun(when, before.device.organization.timeZone, nowMs) : undefined;
        const row = await db.schedule.update({
          where: { id },
          data: {
            ...(name === undefined ? {} : { name }),
            ...(on === undefined ? {} : { turnsOn: on }),
            ...(change.when === undefined ? {} : columnsOf(change.when)),
            ...(replanned ? { enabled, nextRunAt: dateOf(nextMs) } : {}),
          },
        });
        await note(db, row, actor, 'schedule.updated', describe(change));
        return scheduleOf(row);
      }),

    /** Fault `not_found` when it is gone. */
    remove: (id: string, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        const row = await db.schedule.findUnique({ where: { id } });
        if (row === null) throw new Fault('not_found', 'no such schedule');
        await db.schedule.deleteMany({ where: { id } });
        await note(db, row, actor, 'schedule.deleted', {});
      }),

    /**
     * Runs what is due of one device, if that of any is: true when there was one. Where several of its schedules are
     * due, as after an outage, only the one that should have run last does.
     */
    runDue: (nowMs: number, act: SwitchDevice): Promise<boolean> =>
      orm.transact(async (db) => {
        const now = new Date(nowMs);
        // The device is what replicas take turns on: its schedules are one state that must not be raced for.
        const [device] = await db.$queryRaw<
          { id: string; organization_id: string; dialect: string; time_zone: string }[]
        >`
          SELECT d.id, d.organization_id, d.dialect, o.time_zone
          FROM device d JOIN organization o ON o.id = d.organization_id
          WHERE d.id IN (SELECT device_id FROM schedule WHERE next_run_at <= ${now} ORDER BY next_run_at LIMIT 100)
          LIMIT 1 FOR NO KEY UPDATE OF d SKIP LOCKED`;
        if (device === undefined) return false;
        const due = await db.schedule.findMany({ where: { deviceId: device.id, nextRunAt: { lte: now } } });
        const runs = due.map((row) => ({ row, runMs: missedRun(row, device.time_zone, nowMs) }));
        const last = runs
          .filter(({ runMs }) => runMs !== undefined)
          .sort((a, b) => (a.runMs ?? 0) - (b.runMs ?? 0) || (a.row.id < b.row.id ? -1 : 1))
          .at(-1);
        const about = { id: device.id, organizationId: device.organization_id, dialect: device.dialect };
        const commandId = last === undefined ? undefined : await act(db, about, last.row.turnsOn);
        for (const { row } of runs) {
          const { when } = scheduleOf(row);
          const ran = row === last?.row && commandId !== undefined;
          await db.schedule.update({
            where: { id: row.id },
            data: {
              nextRunAt: dateOf(nextRun(when, device.time_zone, nowMs)),
              ...(ran ? { lastRunAt: now, lastCommandId: commandId } : {}),
            },
          });
        }
        return true;
      }),
  };
}

type Row = Prisma.TypeMap['model']['Schedule']['payload']['scalars'];

/** The run that is owed; none when the zone has moved since it was planned, so that it lies ahead again. */
function missedRun(row: Row, zone: string, nowMs: number): number | undefined {
  const runMs = lastRun(scheduleOf(row).when, zone, nowMs);
  const plannedMs = row.nextRunAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return runMs !== undefined && runMs >= plannedMs ? runMs : undefined;
}

/** Plans the weekly schedules of an organization anew, because its clock is another one. */
export async function replanSchedules(db: Db, organizationId: string): Promise<void> {
  await db.schedule.updateMany({
    where: { organizationId, kind: 'weekly', nextRunAt: { not: null } },
    data: { nextRunAt: new Date() },
  });
}

async function read(db: Db, id: string): Promise<Schedule> {
  const row = await db.schedule.findUnique({ where: { id } });
  if (row === null) throw new Fault('not_found', 'no such schedule');
  return scheduleOf(row);
}

async function note(db: Db, row: Row, actor: string, action: string, details: JsonObject): Promise<void> {
  const about = { organizationId: row.organizationId, actor, resource: row.deviceId };
  await record(db, { ...about, action, details: { schedule_id: row.id, ...details } });
}

function describe({ name, on, when, enabled }: ScheduleChange): JsonObject {
  return {
    ...(name === undefined ? {} : { name }),
    ...(on === undefined ? {} : { on }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(when?.kind === 'weekly' ? { days: when.days, at: timeOfDay(when.atMinute) } : {}),
    ...(when?.kind === 'countdown' ? { at: new Date(when.runAtMs).toISOString() } : {}),
  };
}

function columnsOf(when: When) {
  return when.kind === 'weekly'
    ? { kind: when.kind, days: [...when.days], atMinute: when.atMinute, runAt: null }
    : { kind: when.kind, days: [], atMinute: 0, runAt: new Date(when.runAtMs) };
}

function scheduleOf(row: Row): Schedule {
  const { id, deviceId, organizationId, name, turnsOn, enabled, createdAt } = row;
  const when: When =
    row.kind === 'weekly'
      ? { kind: 'weekly', days: row.days, atMinute: row.atMinute }
      : { kind: 'countdown', runAtMs: row.runAt?.getTime() ?? 0 };
  return {
    ...{ id, deviceId, organizationId, name, enabled, createdAt, when, on: turnsOn },
    nextRunAt: row.nextRunAt ?? undefined,
    lastRunAt: row.lastRunAt ?? undefined,
    lastCommandId: row.lastCommandId ?? undefined,
  };
}

function dateOf(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}
