// A rollout over two replicas, on a real NATS and Postgres: its cap, failures, pause, resume, abort, a replica that dies.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failing, good, type Manner, stuck, type TestDevice } from './_fleet.js';
import { type Rollouts, rollouts, unset, untilStatus } from './_rollout.js';
import type { Replica } from './_service.js';

let all: Rollouts;
let second: Replica;

beforeAll(async () => {
  all = await rollouts();
  second = await all.running.another();
  // What the database sees at each moment at which an update begins: the count is exact, since whoever takes a slot holds
  // the row of its group.
  await all.query(`CREATE TABLE most_in_flight (group_id uuid, queue text, count integer)`);
  await all.query(`
    CREATE FUNCTION note_in_flight() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO most_in_flight SELECT NEW.group_id, NEW.queue, count(*) FROM device_update
      WHERE group_id = NEW.group_id AND queue = NEW.queue AND ended_at IS NULL;
      RETURN NULL;
    END $$`);
  await all.query(`
    CREATE TRIGGER note_in_flight AFTER INSERT OR UPDATE ON device_update
    FOR EACH ROW WHEN (NEW.group_id IS NOT NULL) EXECUTE FUNCTION note_in_flight()`);
});
afterAll(async () => {
  await second?.stop();
  await all?.stop();
});

async function most(groupId: string, queue = 'normal'): Promise<number> {
  const [row] = await all.query<{ most: number }>(
    'SELECT COALESCE(max(count), 0)::int AS most FROM most_in_flight WHERE group_id = $1 AND queue = $2',
    [groupId, queue],
  );
  return row?.most ?? 0;
}

/** Devices on the old firmware that are in no other test's way. */
async function devices(count: number, manner: Manner = good, tag = 'rollout'): Promise<TestDevice[]> {
  const made = Array.from({ length: count }, () => all.fleet.device(all.old.uuid, manner));
  for (const device of made) all.running.registry.tags.set(device.id, [tag]);
  for (const device of made) await device.join();
  return made;
}

const forTag = (tag: string) => ({ conditions: { version: '', tags: [tag], tagOperator: 'and' } });

describe('a rollout', { timeout: 120_000 }, () => {
  it('brings every device to the firmware, never more at once than it may, and says who did what', async () => {
    const made = await devices(30, good, 'whole');
    const group = await all.create({ ...forTag('whole'), concurrentUpdates: 4 }, second);
    const done = await untilStatus(all, group.id, ({ updated }) => updated === 30);
    expect(made.every(({ uuid, offers }) => uuid === all.fresh.uuid && offers.length === 1)).toBe(true);
    expect(await most(group.id)).toBe(4);
    expect(all.fleet.mostWorking).toBeLessThanOrEqual(4);
    expect(done).toMatchObject({ devices: 30, inFlight: 0, failures: 0, failed: 0 });
    await untilStatus(all, group.id, ({ group }) => group?.state === 'complete');
    const { items } = await all.running.updates.listUpdates({
      deviceId: made[0]?.id ?? '',
      limit: 0,
      cursor: '',
    });
    expect(items).toMatchObject([
      { status: 'completed', firmwareUuid: all.fresh.uuid, deploymentGroupId: group.id },
    ]);
    expect(items[0]?.endedAtMs).toBeDefined();
  });

  it('offers what the device needs', async () => {
    const [device] = await devices(1, stuck, 'offer');
    const group = await all.create(forTag('offer'));
    const offer = await eventually(() => device?.offers[0]);
    expect(offer).toMatchObject({
      deploymentNumber: group.number,
      sizeBytes: all.fresh.sizeBytes,
      sha256: all.fresh.sha256.toUpperCase(),
      firmware: {
        uuid: all.fresh.uuid,
        version: '1.1.0',
        product: 'made',
        platform: 'rpi4',
        architecture: 'arm',
      },
    });
    expect(offer.url).toMatch(/^http:\/\/files\.example\.test\/firmware\/[\w-]{72}$/);
    expect(offer.partSha256).toEqual([all.fresh.sha256.toUpperCase()]);
    expect(offer.firmwareKeys).toHaveLength(1);
  });

  it('pauses at its threshold, and goes on when it is told to', async () => {
    const bad = await devices(6, failing, 'threshold');
    const group = await all.create({ ...forTag('threshold'), concurrentUpdates: 1, failureThreshold: 3 });
    const paused = await untilStatus(all, group.id, (now) => now.group?.state === 'paused');
    expect(paused).toMatchObject({
      failures: 3,
      failed: 3,
      inFlight: 0,
      group: { reason: 'failure threshold' },
    });
    expect(bad.filter(({ offers }) => offers.length > 0)).toHaveLength(3);
    for (const device of bad) device.manner = good;
    await all.control(group.id, 'resume');
    // Those that failed are in the penalty box.
    const after = await untilStatus(all, group.id, ({ updated }) => updated === 3);
    expect(after).toMatchObject({ penalized: 3, failures: 0 });
    expect(bad.every(({ offers }) => offers.length === 1)).toBe(true);
  });

  it('withdraws what nobody has begun when it is aborted, and leaves the rest to end', async () => {
    const [begun, waiting] = await devices(2, stuck, 'abort');
    if (begun === undefined || waiting === undefined) throw new Error('no devices');
    waiting.manner = () => Promise.resolve();
    const group = await all.create({ ...forTag('abort'), concurrentUpdates: 2 });
    await untilStatus(all, group.id, ({ inFlight }) => inFlight === 2);
    await eventually(async () => (await statusOf(begun)) === 'received' && waiting.offers.length === 1);
    await all.control(group.id, 'abort');
    await eventually(async () => (await statusOf(waiting)) === 'withdrawn');
    expect(await statusOf(begun)).toBe('received');
    expect((await all.status(group.id)).group).toMatchObject({ isActive: false, state: 'inactive' });
    await expect(all.control(group.id, 'resume')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('may be allowed less than is in flight, and takes nothing until enough has ended', async () => {
    const made = await devices(6, stuck, 'lower');
    const group = await all.create({ ...forTag('lower'), concurrentUpdates: 4 });
    await untilStatus(all, group.id, ({ inFlight }) => inFlight === 4);
    const changed = { organizationIds: [all.organization], id: group.id, actor: 'tester', ifRevision: 0 };
    const settings = { ...unset, concurrentUpdates: 2 };
    await all.running.groups.updateDeploymentGroup({ ...changed, fields: ['concurrent_updates'], settings });
    const begun = made.filter(({ offers }) => offers.length > 0);
    for (const device of made) device.manner = good;
    await all.query('DELETE FROM most_in_flight WHERE group_id = $1', [group.id]);
    // Two of four end: that leaves as many as are allowed, and no room.
    for (const device of begun.slice(0, 2)) await device.reboot(all.fresh.uuid);
    await untilStatus(all, group.id, ({ inFlight, updated }) => inFlight === 2 && updated === 2);
    for (const device of begun.slice(2)) await device.reboot(all.fresh.uuid);
    await untilStatus(all, group.id, ({ updated }) => updated === 6);
    const [row] = await all.query<{ count: number }>(
      `SELECT count(*)::int FROM device_update WHERE group_id = $1 AND slot > 1`,
      [group.id],
    );
    expect(row?.count).toBe(2);
  });

  it('goes on when a replica dies in the middle of it', async () => {
    const doomed = await all.running.another();
    const made = await devices(24, good, 'crash');
    const group = await all.create({ ...forTag('crash'), concurrentUpdates: 3 }, doomed);
    await untilStatus(all, group.id, ({ updated }) => updated > 3);
    // Its connections break in the middle of whatever it is at.
    await all.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'firmware-update' AND pid <> pg_backend_pid()`,
    );
    await doomed.stop();
    await untilStatus(all, group.id, ({ updated }) => updated === 24);
    expect(await most(group.id)).toBe(3);
    expect(made.every(({ uuid }) => uuid === all.fresh.uuid)).toBe(true);
  });
});

async function statusOf(device: TestDevice): Promise<string | undefined> {
  const { items } = await all.running.updates.listUpdates({ deviceId: device.id, limit: 1, cursor: '' });
  return items[0]?.status;
}
