// What becomes of single devices in rollouts, on a real NATS and Postgres: failures of each kind, time, phases, queues.
import { eventually } from '@mooring/harness';
import { device as deviceSubjects } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deaf, good, type Manner, stuck, type TestDevice } from './_fleet.js';
import { MINUTE_MS, type Rollouts, rollouts, unset, untilStatus } from './_rollout.js';

let all: Rollouts;

beforeAll(async () => {
  all = await rollouts();
});
afterAll(() => all?.stop());

const forTag = (tag: string) => ({ conditions: { version: '', tags: [tag], tagOperator: 'and' } });

async function device(tag: string, manner: Manner = good): Promise<TestDevice> {
  const made = all.fleet.device(all.old.uuid, manner);
  all.running.registry.tags.set(made.id, [tag]);
  await made.join();
  return made;
}

async function latest(of: TestDevice) {
  const { items } = await all.running.updates.listUpdates({ deviceId: of.id, limit: 1, cursor: '' });
  return items[0];
}

const standing = async (of: TestDevice) =>
  (await all.running.groups.getDeviceUpdates({ deviceId: of.id })).updates;
const untilEnded = (of: TestDevice, status: string) =>
  eventually(async () => {
    const update = await latest(of);
    return update?.status === status && update.endedAtMs !== undefined && update;
  });

describe('a device', { timeout: 120_000 }, () => {
  it('that falls back is a failure, and is offered it again until it has tried too often', async () => {
    const reverting: Manner = async (one) => {
      await one.report({ status: 'received' }, { status: 'completed' });
      await one.join({ reverted: true });
    };
    const bad = await device('revert', reverting);
    const group = await all.create({ ...forTag('revert'), deviceFailureThreshold: 2 });
    const boxed = await untilStatus(all, group.id, ({ penalized }) => penalized === 1);
    expect(boxed).toMatchObject({ failures: 2, failed: 1, inFlight: 0 });
    expect(bad.offers).toHaveLength(2);
    expect(await latest(bad)).toMatchObject({ status: 'failed', reason: 'reverted' });
    expect(await standing(bad)).toMatchObject({ attempts: 0, deploymentGroupId: group.id });
    bad.manner = good;
    all.clock.pass(1_441 * MINUTE_MS);
    await untilStatus(all, group.id, ({ updated }) => updated === 1);
  });

  it('of which nothing is heard gives its slot back at the deadline', async () => {
    const silent = await device('deadline', stuck);
    const group = await all.create({
      ...forTag('deadline'),
      updateTimeoutMinutes: 10,
      deviceFailureThreshold: 1,
    });
    await untilStatus(all, group.id, ({ inFlight }) => inFlight === 1);
    await eventually(async () => (await latest(silent))?.status === 'received');
    all.clock.pass(11 * MINUTE_MS);
    await untilEnded(silent, 'expired');
    expect(await untilStatus(all, group.id, ({ inFlight }) => inFlight === 0)).toMatchObject({ failures: 1 });
  });

  it('that asks for time gets it, in minutes, and is offered it again then', async () => {
    const later: Manner = (one) => one.report({ status: 'received' }, { status: 'rescheduled', delayS: 900 });
    const busy = await device('later', later);
    const group = await all.create(forTag('later'));
    await untilEnded(busy, 'rescheduled');
    const until = (await standing(busy))?.blockedUntilMs ?? 0;
    expect(Math.abs(until - all.clock.now() - 15 * MINUTE_MS)).toBeLessThan(MINUTE_MS);
    expect((await all.status(group.id)).failures).toBe(0);
    busy.manner = good;
    all.clock.pass(16 * MINUTE_MS);
    await untilStatus(all, group.id, ({ updated }) => updated === 1);
  });

  it('that goes away before it was offered anything costs no attempt', async () => {
    const gone = await device('gone', deaf);
    await eventually(async () => (await standing(gone))?.firmwareUuid === all.old.uuid);
    gone.leave();
    const group = await all.create(forTag('gone'));
    await untilEnded(gone, 'withdrawn');
    expect(await standing(gone)).toMatchObject({ attempts: 0, targetUuid: '' });
    expect(await all.status(group.id)).toMatchObject({ failures: 0, offline: 1, inFlight: 0 });
    gone.manner = good;
    await gone.join();
    await untilStatus(all, group.id, ({ updated }) => updated === 1);
  });

  it('that has left its channel is asked again when it is back on it', async () => {
    const absent = await device('absent');
    await eventually(async () => (await standing(absent))?.firmwareUuid === all.old.uuid);
    absent.joined = false;
    const group = await all.create(forTag('absent'));
    await untilEnded(absent, 'withdrawn');
    expect(absent.offers).toHaveLength(0);
    await absent.rejoin();
    await untilStatus(all, group.id, ({ updated }) => updated === 1);
  });

  it('is offered again what nobody knows the fate of', async () => {
    const lost = await device('lost', good);
    let asked = 0;
    all.fleet.answer = (to) => {
      if (to !== lost || asked > 0) return undefined;
      asked += 1;
      // As if no answer had come.
      throw new Error('lost on the way');
    };
    const group = await all.create(forTag('lost'));
    await eventually(() => asked === 1);
    expect((await all.status(group.id)).inFlight).toBe(1);
    await eventually(
      () => {
        all.clock.pass(5_000);
        return lost.offers.length === 1;
      },
      { withinMs: 20_000 },
    );
    await untilStatus(all, group.id, ({ updated }) => updated === 1);
    all.fleet.answer = undefined;
  });

  it('that is deleted gives its slot back', async () => {
    const [first, second] = [await device('deleted', stuck), await device('deleted')];
    const group = await all.create({ ...forTag('deleted'), concurrentUpdates: 1 });
    await eventually(async () => (await latest(first))?.status === 'received');
    const deleted = {
      deviceId: first.id,
      deviceNumber: first.number,
      organizationId: all.organization,
      atMs: 0,
    };
    await all.fleet.bus.persist(deviceSubjects.deleted, { device: first.id }, deleted, { id: first.id });
    const done = await untilStatus(all, group.id, ({ updated }) => updated === 1);
    expect(done.devices).toBe(1);
    expect(second.uuid).toBe(all.fresh.uuid);
  });

  it('that was deleted before its words were read is not made anew by them', async () => {
    const ghost = all.fleet.device(all.old.uuid);
    all.running.registry.unknown.add(ghost.id);
    await ghost.join();
    const witness = await device('ghost');
    await eventually(async () => (await standing(witness))?.firmwareUuid === all.old.uuid);
    expect(await all.query('SELECT 1 FROM fleet_device WHERE device_id = $1', [ghost.id])).toEqual([]);
  });
});

describe('a group', { timeout: 120_000 }, () => {
  it('that is deleted lets go of its devices and leaves what is in flight to end', async () => {
    const one = await device('without', stuck);
    const group = await all.create(forTag('without'));
    await eventually(async () => (await latest(one))?.status === 'received');
    const request = { organizationIds: [all.organization], id: group.id, actor: 'tester' };
    await all.running.groups.deleteDeploymentGroup(request);
    expect(await standing(one)).toMatchObject({ deploymentGroupId: '', targetUuid: all.fresh.uuid });
    await one.reboot(all.fresh.uuid);
    expect(await untilEnded(one, 'completed')).toMatchObject({ deploymentGroupId: group.id });
  });

  it('goes phase by phase, soaks, and serves the rest', async () => {
    const made: TestDevice[] = [];
    for (let count = 0; count < 6; count += 1) made.push(await device('phases'));
    await eventually(async () => (await standing(made[5] as TestDevice))?.firmwareUuid === all.old.uuid);
    const phases = [{ size: { $case: 'percent' as const, value: 34 }, soakMinutes: 30 }];
    const group = await all.create({ ...forTag('phases'), phases });
    const soaking = await untilStatus(all, group.id, (now) => now.group?.state === 'soaking');
    expect(soaking).toMatchObject({ updated: 3, group: { phase: 0 } });
    const soakMs = (soaking.soakUntilMs ?? 0) - all.clock.now();
    expect(soakMs).toBeGreaterThan(29 * MINUTE_MS);
    all.clock.pass(soakMs + 1_000);
    const done = await untilStatus(all, group.id, ({ updated }) => updated === 6);
    expect(done.group?.phase).toBe(1);
  });

  it('serves the priority queue from slots of its own', async () => {
    const [ancient, recent] = [all.fleet.device(all.old.uuid, stuck), all.fleet.device(all.old.uuid, stuck)];
    const third = all.fleet.device(all.old.uuid, stuck);
    recent.version = '0.5.0';
    third.version = '0.5.0';
    for (const one of [recent, third, ancient]) {
      all.running.registry.tags.set(one.id, ['priority']);
      await one.join();
    }
    const group = await all.create({
      ...forTag('priority'),
      concurrentUpdates: 1,
      priorityQueueEnabled: true,
      priorityQueueConcurrentUpdates: 1,
      priorityQueueFirmwareVersionThreshold: '0.1.0',
    });
    await untilStatus(all, group.id, ({ inFlight }) => inFlight === 2);
    const queues = await all.query<{ queue: string; device_id: string }>(
      'SELECT queue, device_id FROM device_update WHERE group_id = $1 ORDER BY queue',
      [group.id],
    );
    expect(queues).toEqual([
      { queue: 'normal', device_id: recent.id },
      { queue: 'priority', device_id: ancient.id },
    ]);
  });

  it('passes over who is on another network, has not its tags, or has not validated', async () => {
    const made = [await device('picky'), await device('picky'), await device('picky')];
    const [wired, tagless, doubtful] = made as [TestDevice, TestDevice, TestDevice];
    for (const one of [wired, doubtful]) await one.report({ status: 'network', network: 'ethernet' });
    await tagless.report({ status: 'network', network: 'cellular' });
    await doubtful.rejoin({ validated: false });
    await eventually(async () => (await standing(doubtful))?.firmwareUuid === all.old.uuid);
    const group = await all.create({ ...forTag('picky'), releaseNetworkInterfaces: ['ethernet'] });
    await untilStatus(all, group.id, ({ updated }) => updated === 1);
    expect(wired.uuid).toBe(all.fresh.uuid);
    await doubtful.report({ status: 'validated' });
    await untilStatus(all, group.id, ({ updated }) => updated === 2);
    expect(tagless.offers).toHaveLength(0);
    const changed = { organizationIds: [all.organization], id: group.id, actor: 'tester', ifRevision: 0 };
    const settings = { ...unset, releaseNetworkInterfaces: [], releaseTags: ['special'] };
    const fields = ['release_network_interfaces', 'release_tags'];
    await all.running.groups.updateDeploymentGroup({ ...changed, fields, settings });
    const tags = { deviceId: tagless.id, deviceNumber: 1n, organizationId: all.organization, atMs: 1 };
    await all.fleet.bus.persist(
      deviceSubjects.changed,
      { device: tagless.id },
      { ...tags, tags: ['picky', 'special'] },
      { id: `tags-${tagless.id}` },
    );
    await untilStatus(all, group.id, ({ updated }) => updated === 3);
  });

  it('cannot take a slot more than it has, whoever asks the database', async () => {
    await device('cap', stuck);
    const other = all.fleet.device(all.old.uuid, stuck);
    await other.join();
    const group = await all.create({ ...forTag('cap'), concurrentUpdates: 1 });
    await untilStatus(all, group.id, ({ inFlight }) => inFlight === 1);
    await eventually(async () => (await standing(other))?.firmwareUuid === all.old.uuid);
    const insert = (slot: number) =>
      all.query(
        `INSERT INTO device_update (id, device_id, organization_id, status, reason, started_at, updated_at, deadline_at,
           group_id, group_number, release, queue, slot)
         VALUES (gen_random_uuid(), $1, $2, 'requested', '', now(), now(), now(), $3, 1, 1, 'normal', $4)`,
        [other.id, all.organization, group.id, slot],
      );
    await expect(insert(0)).rejects.toThrow(/allows 1 updates at once/);
    await expect(insert(1)).rejects.toThrow(/allows 1 updates at once/);
  });
});
