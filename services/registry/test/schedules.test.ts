// Schedules against real servers: each run happens once, with two replicas, after outages, and when clocks move.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { registry } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fleet, type Session, startFleet } from './_commands.js';
import { newAccount, type Replica } from './_registry.js';

const DAILY = [1, 2, 3, 4, 5, 6, 7];

let fleet: Fleet;
let other: Replica;
beforeAll(async () => {
  fleet = await startFleet();
  other = await fleet.startReplica();
});
afterAll(async () => {
  await other?.stop();
  await fleet?.stop();
});

async function plug(): Promise<Session> {
  const device = { dialect: 'kinetid', identifier: randomUUID() };
  await fleet.enrol(device);
  return fleet.connect(device);
}

async function make(
  { deviceId }: Session,
  fields: Partial<registry.CreateScheduleRequest>,
): Promise<registry.Schedule> {
  const { principal } = fleet.owner;
  const request = registry.CreateScheduleRequest.fromPartial({ principal, deviceId, on: true, ...fields });
  const { schedule } = await fleet.schedules.createSchedule(request);
  if (schedule === undefined) throw new Error('no schedule');
  return schedule;
}

async function shown(id: string): Promise<registry.Schedule> {
  const { schedule } = await fleet.schedules.getSchedule({ principal: fleet.owner.principal, id });
  if (schedule === undefined) throw new Error('no schedule');
  return schedule;
}

/** As if nobody had looked since `planned`. */
const plannedAt = (id: string, planned: Date) =>
  fleet.query('UPDATE schedule SET next_run_at = $2 WHERE id = $1::uuid', [id, planned]);

const switchesOf = (session: Session) =>
  fleet
    .deliveriesOf(session)
    .map(({ command }) => (command.action?.$case === 'switch' ? command.action.value.on : undefined));

/** Both replicas have looked since: each has run something that became due after everything before it. */
async function looked(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    const bystander = await plug();
    await make(bystander, { when: { $case: 'inS', value: 1 } });
    await fleet.delivery(bystander);
  }
}

const wallClock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

describe('a countdown', () => {
  it('runs once, whoever looks', async () => {
    const sessions = await Promise.all(Array.from({ length: 8 }, plug));
    const made = await Promise.all(sessions.map((each) => make(each, { when: { $case: 'inS', value: 1 } })));
    for (const session of sessions) await fleet.delivery(session);
    await looked();
    expect(sessions.map(switchesOf)).toEqual(sessions.map(() => [true]));
    for (const { id } of made) {
      const { nextRunAtMs, lastRunAtMs, lastCommandId } = await shown(id);
      expect(nextRunAtMs).toBeUndefined();
      expect(lastRunAtMs).toBeGreaterThan(0);
      expect(await fleet.get(lastCommandId)).toMatchObject({ type: 'switch', actor: 'schedule' });
    }
  });

  it('that is disabled or deleted in time does not run', async () => {
    const [first, second] = [await plug(), await plug()];
    const { id } = await make(first, { when: { $case: 'inS', value: 2 } });
    const { id: deleted } = await make(second, { when: { $case: 'inS', value: 2 } });
    const { principal } = fleet.owner;
    const asked = { principal, id, name: undefined, on: undefined, weekly: undefined, inS: undefined };
    const { schedule } = await fleet.schedules.updateSchedule({ ...asked, enabled: false });
    expect(schedule).toMatchObject({ enabled: false, nextRunAtMs: undefined });
    await fleet.schedules.deleteSchedule({ principal, id: deleted });
    await looked();
    expect([switchesOf(first), switchesOf(second)]).toEqual([[], []]);
  });
});

describe('a weekly schedule', () => {
  it('goes on after an outage with the run that should have been last, once', async () => {
    const session = await plug();
    const nowMs = Date.now();
    const hour = 3_600_000;
    const weekly = (at: string) => ({ $case: 'weekly', value: { days: DAILY, at } }) as const;
    const on = await make(session, { on: true, when: weekly(wallClock(nowMs - 3 * hour)) });
    const off = await make(session, { on: false, when: weekly(wallClock(nowMs - hour)) });
    // Neither ran for three days; both rows change before anybody can look at one alone.
    await fleet.query('UPDATE schedule SET next_run_at = $2 WHERE device_id = $1::uuid', [
      session.deviceId,
      new Date(nowMs - 72 * hour),
    ]);
    await fleet.delivery(session);
    await looked();
    expect(switchesOf(session)).toEqual([false]);
    expect((await shown(off.id)).lastRunAtMs).toBeGreaterThan(0);
    expect((await shown(on.id)).lastRunAtMs).toBeUndefined();
    for (const { id } of [on, off]) expect((await shown(id)).nextRunAtMs).toBeGreaterThan(nowMs);
  });

  it('is desired until something else is', async () => {
    const session = await plug();
    const { id } = await make(session, {
      when: { $case: 'weekly', value: { days: DAILY, at: wallClock(Date.now() - 3_600_000) } },
    });
    await plannedAt(id, new Date(Date.now() - 86_400_000));
    await fleet.delivery(session);
    const [device] = await fleet.query<{ desired: object; desired_until: Date | null }>(
      'SELECT desired, desired_until FROM device WHERE id = $1::uuid',
      [session.deviceId],
    );
    expect(device).toEqual({ desired: { on: true }, desired_until: null });
  });

  it('is planned anew when the organization moves, and what lies behind then does not run', async () => {
    const session = await plug();
    const at = wallClock(Date.now() + 2 * 3_600_000);
    const { id, nextRunAtMs = 0 } = await make(session, {
      when: { $case: 'weekly', value: { days: DAILY, at } },
    });
    const { principal, organization } = fleet.owner;
    const move = (timeZone: string) =>
      fleet.client.updateOrganization({
        ...{ principal, id: organization.id, timeZone },
        ...{ name: undefined, tariffJson: undefined },
      });
    try {
      // Five hours ahead of UTC all year: what would run in two hours would have run three hours ago.
      await move('Asia/Karachi');
      await eventually(async () => (await shown(id)).nextRunAtMs === nextRunAtMs + 19 * 3_600_000);
      await looked();
      expect(switchesOf(session)).toEqual([]);
    } finally {
      await move('UTC');
    }
  });
});

describe('people', () => {
  it('of other organizations see none of it', async () => {
    const { id } = await make(await plug(), { when: { $case: 'inS', value: 3_600 } });
    const { principal } = await newAccount(fleet.client);
    await expect(fleet.schedules.getSchedule({ principal, id })).rejects.toMatchObject({ code: 'not_found' });
    await expect(fleet.schedules.deleteSchedule({ principal, id })).rejects.toMatchObject({
      code: 'not_found',
    });
    const page = { deviceId: '', limit: 0, cursor: '' };
    expect((await fleet.schedules.listSchedules({ principal, ...page })).items).toEqual([]);
  });

  it('get the first one for a repeated request, and a clear word for a bad one', async () => {
    const session = await plug();
    const asked = { idempotencyKey: randomUUID(), when: { $case: 'inS', value: 3_600 } } as const;
    expect((await make(session, asked)).id).toBe((await make(session, asked)).id);
    await expect(
      make(session, { when: { $case: 'weekly', value: { days: [8], at: '25:00' } } }),
    ).rejects.toMatchObject({ code: 'invalid', details: [{ field: 'weekly.days' }, { field: 'weekly.at' }] });
    await expect(make(session, { when: undefined })).rejects.toMatchObject({ code: 'invalid' });
  });
});
