// Alarms from readings to the bus: raised once, acknowledged, cleared by themselves and by hand, and what rules may be.
import { eventually } from '@mooring/harness';
import { device as deviceSubjects, telemetry } from '@mooring/proto';
import { uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, makeRule, meter } from './_alarms.js';
import { organization, startService, type TestService } from './_service.js';

let service: TestService;
let heard: Awaited<ReturnType<typeof listen>>;
const mine = { organizationIds: [organization] };

beforeAll(async () => {
  service = await startService();
  heard = await listen(service);
});
afterAll(async () => {
  await heard?.stop();
  await service?.stop();
});

const shownOf = (id: string | undefined) =>
  heard.shown.filter(({ alarmId }) => alarmId === id).map(({ state }) => state);

describe('an alarm', () => {
  it('is raised once, told of, acknowledged, and cleared when the condition has gone', async () => {
    const rule = await makeRule(service, { number: 1n, forS: 120, hysteresis: 20, action: 'switch_off' });
    const plug = meter(service, 1n);
    await plug.isWatchedBy(rule);
    const batch = await plug.says(150, 160, 170);
    const [raised] = await plug.has('raised');
    expect(raised).toMatchObject({
      ruleId: rule.id,
      organizationId: organization,
      deviceId: 'device-1',
      value: 160,
      ruleName: 'Too much',
      metric: 'power_w',
      condition: 'above',
      threshold: 100,
      acknowledgedBy: '',
    });
    expect(raised?.raisedAtMs).toBe(batch.baseTimeMs + 60_000);
    const id = raised?.id ?? '';
    const told = await eventually(() => heard.raised.find(({ alarmId }) => alarmId === id));
    expect(told).toMatchObject({
      ruleId: rule.id,
      organizationId: organization,
      deviceId: 'device-1',
      deviceNumber: 1n,
      action: 'switch_off',
      atMs: raised?.raisedAtMs,
    });
    await service.send(batch);
    await plug.says(90);
    const { alarm } = await service.alarms.acknowledgeAlarm({ ...mine, id, actor: 'user:me' });
    expect(alarm).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'user:me' });
    const again = await service.alarms.acknowledgeAlarm({ ...mine, id, actor: 'user:other' });
    expect(again.alarm).toEqual(alarm);
    await plug.says(80);
    const [cleared] = await plug.has('cleared');
    expect(cleared).toMatchObject({ id, clearedBy: '', acknowledgedBy: 'user:me' });
    await eventually(() => shownOf(id).length === 3);
    expect(shownOf(id)).toEqual(['raised', 'acknowledged', 'cleared']);
    expect(heard.raised.filter(({ alarmId }) => alarmId === id)).toHaveLength(1);
    const late = service.alarms.acknowledgeAlarm({ ...mine, id, actor: 'user:me' });
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    await plug.says(150, 150, 150);
    await plug.has('raised', 'cleared');
  });

  it('says that a machine has finished, once for each run', async () => {
    const rule = await makeRule(service, { number: 2n, condition: 'below', threshold: 5, forS: 120 });
    const washer = meter(service, 2n);
    await washer.isWatchedBy(rule);
    await washer.says(1, 1, 1, 1);
    await washer.says(900, 3, 900, 2, 2, 2, 2);
    await washer.has('raised');
    await washer.says(2, 2, 2);
    await washer.says(800, 800);
    await washer.has('cleared');
    await washer.says(1, 1, 1);
    await washer.has('raised', 'cleared');
  });

  it('that is cleared by hand is raised again only after the condition had gone', async () => {
    const rule = await makeRule(service, { number: 3n });
    const plug = meter(service, 3n);
    await plug.isWatchedBy(rule);
    await plug.says(150);
    const [{ id = '' } = {}] = await plug.has('raised');
    const { alarm } = await service.alarms.clearAlarm({ ...mine, id, actor: 'user:me' });
    expect(alarm).toMatchObject({ state: 'cleared', clearedBy: 'user:me' });
    expect((await service.alarms.clearAlarm({ ...mine, id, actor: 'user:other' })).alarm).toEqual(alarm);
    const watched = 'SELECT last_value FROM alarm_state WHERE device_number = 3';
    await plug.says(151, 152);
    await eventually(async () => (await service.number(watched)) === 152);
    expect(await plug.alarms()).toHaveLength(1);
    await plug.says(1, 153);
    await plug.has('raised', 'cleared');
  });

  it('that began and ended in one breath was one, and wants nothing done any more', async () => {
    const rule = await makeRule(service, { number: 4n, action: 'switch_off' });
    const plug = meter(service, 4n);
    await plug.isWatchedBy(rule);
    await plug.says(150, 1);
    const [{ id = '' } = {}] = await plug.has('cleared');
    await eventually(() => shownOf(id).length === 2);
    expect(heard.raised.filter(({ alarmId }) => alarmId === id)).toMatchObject([{ action: '' }]);
  });

  it('can be got and listed, by those of its organization alone', async () => {
    const rule = await makeRule(service, { number: 5n });
    const plug = meter(service, 5n);
    await plug.isWatchedBy(rule);
    await plug.says(150, 1, 150, 1, 150);
    const [newest, ...others] = await plug.has('raised', 'cleared', 'cleared');
    expect((await plug.alarms('cleared')).map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    const asked = { ...mine, deviceId: plug.id, state: '', limit: 2 };
    const first = await service.alarms.listAlarms({ ...asked, cursor: '' });
    const second = await service.alarms.listAlarms({ ...asked, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(
      [newest, ...others].map((each) => each?.id),
    );
    expect(second.nextCursor).toBe('');
    const id = newest?.id ?? '';
    expect((await service.alarms.getAlarm({ ...mine, id })).alarm).toEqual(newest);
    const others_ = { organizationIds: [uuidv7()], id };
    await expect(service.alarms.getAlarm(others_)).rejects.toMatchObject({ code: 'not_found' });
    const foreign = service.alarms.clearAlarm({ ...others_, actor: 'user:thief' });
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
    const nothing = { ...asked, organizationIds: [uuidv7()], cursor: '' };
    expect((await service.alarms.listAlarms(nothing)).items).toEqual([]);
  });
});

describe('a rule', () => {
  it('for an organization watches all its devices and no metric but its own', async () => {
    const rule = await makeRule(service, { metric: 'boiler_w' });
    const boilers = [meter(service, 11n, 'boiler_w'), meter(service, 12n, 'boiler_w')];
    for (const boiler of boilers) {
      await boiler.isWatchedBy(rule);
      await boiler.says(150);
      await boiler.has('raised');
    }
    const states = 'SELECT count(*) FROM alarm_state WHERE rule_id = $1';
    expect(await service.number(states, rule.id)).toBe(2);
  });

  it('is made once for a repeated request', async () => {
    const rule = telemetry.AlarmRule.fromPartial({
      organizationId: organization,
      name: 'Once',
      metric: 'power_w',
      condition: 'above',
      threshold: 1e6,
      enabled: true,
    });
    const idempotencyKey = uuidv7();
    const first = await service.alarms.createAlarmRule({ rule, idempotencyKey });
    expect(await service.alarms.createAlarmRule({ rule, idempotencyKey })).toEqual(first);
    const other = service.alarms.createAlarmRule({ rule: { ...rule, threshold: 2 }, idempotencyKey });
    await expect(other).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is refused with everything that is wrong with it', async () => {
    const refused = makeRule(service, { name: '', condition: 'silence', forS: 3, threshold: 0 });
    await expect(refused).rejects.toMatchObject({
      code: 'invalid',
      details: [{ field: 'name' }, { field: 'for_s' }],
    });
  });

  it('that is disabled clears its alarms, and enabled again begins anew', async () => {
    const rule = await makeRule(service, { number: 13n });
    const plug = meter(service, 13n);
    await plug.isWatchedBy(rule);
    await plug.says(150);
    await plug.has('raised');
    const { id } = rule;
    const { rule: off } = await service.alarms.updateAlarmRule({ ...mine, id, enabled: false, name: 'Off' });
    expect(off).toEqual({ ...rule, enabled: false, name: 'Off' });
    await plug.has('cleared');
    await service.alarms.updateAlarmRule({ ...mine, id, enabled: true });
    await plug.isWatchedBy(rule);
    await plug.says(150);
    await plug.has('raised', 'cleared');
  });

  it('with another threshold forgets what it saw under the old one', async () => {
    const rule = await makeRule(service, { number: 14n, forS: 120 });
    const plug = meter(service, 14n);
    await plug.isWatchedBy(rule);
    await plug.says(150);
    const since = 'SELECT count(*) FROM alarm_state WHERE rule_id = $1 AND since IS NOT NULL';
    await eventually(async () => (await service.number(since, rule.id)) === 1);
    await service.alarms.updateAlarmRule({ ...mine, id: rule.id, threshold: 120 });
    expect(await service.number(since, rule.id)).toBe(0);
    const wrong = service.alarms.updateAlarmRule({ ...mine, id: rule.id, hysteresis: -1 });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid', details: [{ field: 'hysteresis' }] });
  });

  it('that is deleted clears its alarms, which stay to be seen', async () => {
    const rule = await makeRule(service, { number: 15n });
    const plug = meter(service, 15n);
    await plug.isWatchedBy(rule);
    await plug.says(150);
    await plug.has('raised');
    const { id } = rule;
    const foreign = service.alarms.deleteAlarmRule({ organizationIds: [uuidv7()], id });
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
    await service.alarms.deleteAlarmRule({ ...mine, id });
    await plug.has('cleared');
    await expect(service.alarms.getAlarmRule({ ...mine, id })).rejects.toMatchObject({ code: 'not_found' });
    const rows = 'SELECT count(*) FROM reading WHERE device_number = 15';
    const before = await service.number(rows);
    await plug.says(1, 150);
    await eventually(async () => (await service.number(rows)) === before + 2);
    expect(await plug.alarms()).toHaveLength(1);
  });

  it('goes with its device', async () => {
    const rule = await makeRule(service, { number: 16n });
    const plug = meter(service, 16n);
    await plug.isWatchedBy(rule);
    await plug.says(150);
    await plug.has('raised');
    const about = { deviceId: plug.id, deviceNumber: 16n, organizationId: organization, atMs: Date.now() };
    await service.edge.persist(deviceSubjects.deleted, { device: plug.id }, about, { id: uuidv7() });
    await eventually(async () => (await plug.alarms()).length === 0);
    const left = 'SELECT count(*) FROM alarm_state WHERE device_number = 16';
    expect(await service.number(left)).toBe(0);
    const gone = service.alarms.getAlarmRule({ ...mine, id: rule.id });
    await expect(gone).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is listed with those that watch the same device, and is one of 200 at most', async () => {
    const organizationId = uuidv7();
    const own = await makeRule(service, { organizationId, number: 17n });
    await makeRule(service, { organizationId, number: 18n });
    const all = await makeRule(service, { organizationId });
    const asked = { organizationIds: [organizationId], deviceId: 'device-17', limit: 0, cursor: '' };
    expect((await service.alarms.listAlarmRules(asked)).items).toEqual([own, all]);
    for (let count = 3; count < 200; count++) await makeRule(service, { organizationId });
    await expect(makeRule(service, { organizationId })).rejects.toMatchObject({ code: 'exhausted' });
    const page = { ...asked, deviceId: '', limit: 150 };
    const first = await service.alarms.listAlarmRules(page);
    const second = await service.alarms.listAlarmRules({ ...page, cursor: first.nextCursor });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([150, 50, '']);
  });
});
