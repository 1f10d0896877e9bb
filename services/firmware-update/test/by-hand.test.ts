// What people and devices ask for by themselves: orders, checks, groups by hand, and what is told at a join and logged.
import { eventually } from '@mooring/harness';
import { audit, type bus, updateOrder, updating } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deaf, failing, good, type Manner, stuck, type TestDevice } from './_fleet.js';
import { type Rollouts, rollouts, unset, untilStatus } from './_rollout.js';

let all: Rollouts;
const steps: bus.UpdateOrderStep[] = [];
const entries: bus.AuditEntry[] = [];

beforeAll(async () => {
  all = await rollouts();
  // JetStream delivers to whoever listens too.
  all.fleet.bus.subscribe(updateOrder.step, 'all', (step) => void steps.push(step));
  all.fleet.bus.subscribe(
    audit.entry,
    { organization: all.organization },
    (entry) => void entries.push(entry),
  );
  await all.fleet.bus.flush();
});
afterAll(() => all?.stop());

const none = { conditions: { version: '', tags: ['nobody'], tagOperator: 'and' } };
const forTag = (tag: string) => ({ conditions: { version: '', tags: [tag], tagOperator: 'and' } });
let numbers = 100;

async function device(manner: Manner = good, tag = ''): Promise<TestDevice> {
  const made = all.fleet.device(all.old.uuid, manner);
  if (tag !== '') all.running.registry.tags.set(made.id, [tag]);
  await made.join();
  await eventually(async () => (await standing(made))?.firmwareUuid === all.old.uuid);
  return made;
}

const standing = async (of: TestDevice) =>
  (await all.running.groups.getDeviceUpdates({ deviceId: of.id })).updates;

function order(of: TestDevice, firmwareUuid = all.fresh.uuid, commandNumber = ++numbers) {
  const who = { deviceId: of.id, deviceNumber: of.number, organizationId: all.organization };
  const request = { ...who, firmwareUuid, commandNumber, actor: 'person-1', traceparent: '' };
  return all.fleet.bus.request(updating.order, {}, request, 5_000);
}

const stepsOf = (of: TestDevice) =>
  steps.filter(({ deviceNumber }) => deviceNumber === of.number).map(({ outcome, code }) => [outcome, code]);
const ordered = (already: boolean) => ({ outcome: { $case: 'ordered', value: { already } } });
const refused = (code: string) => ({ outcome: { $case: 'refused', value: { code } } });

describe('an order', () => {
  it('is carried out without a group, and told step by step', async () => {
    const one = await device();
    expect(await order(one)).toEqual(ordered(false));
    await eventually(() => stepsOf(one).length === 2);
    expect(stepsOf(one)).toEqual([
      ['acknowledged', ''],
      ['succeeded', ''],
    ]);
    expect(one.offers[0]?.deploymentNumber).toBeUndefined();
    const { items } = await all.running.updates.listUpdates({ deviceId: one.id, limit: 1, cursor: '' });
    expect(items).toMatchObject([{ status: 'completed', actor: 'person-1', firmwareUuid: all.fresh.uuid }]);
    expect(items[0]?.deploymentGroupId).toBeUndefined();
    // Its group is not to undo it.
    expect(await standing(one)).toMatchObject({ updatesEnabled: false });
    expect(await order(one)).toEqual(ordered(true));
  });

  it('that fails is no penalty', async () => {
    const one = await device(failing);
    await order(one);
    await eventually(() => stepsOf(one).length === 2);
    expect(stepsOf(one)[1]).toEqual(['failed', 'failed']);
    expect(await standing(one)).toMatchObject({ attempts: 0, blockedUntilMs: undefined });
  });

  it('is refused while another update is in flight, and known when it comes again', async () => {
    const one = await device(stuck);
    expect(await order(one, all.fresh.uuid, 77)).toEqual(ordered(false));
    expect(await order(one, all.fresh.uuid, 77)).toEqual(ordered(false));
    expect(await order(one)).toMatchObject(refused('conflict'));
    expect(one.offers).toHaveLength(1);
  });

  it('is refused for what is not there, or not for the device', async () => {
    const one = await device();
    expect(await order(one, '00000000-0000-0000-0000-000000000000')).toMatchObject(refused('not_found'));
    const stranger = all.fleet.device(all.old.uuid);
    expect(await order(stranger)).toMatchObject(refused('not_found'));
    await one.rejoin({ platform: 'other' });
    const isOther = "SELECT 1 FROM fleet_device WHERE device_id = $1 AND platform = 'other'";
    await eventually(async () => (await all.query(isOther, [one.id])).length === 1);
    expect(await order(one)).toMatchObject(refused('invalid'));
  });

  it('of a device that is gone fails at once', async () => {
    const one = await device();
    one.leave();
    await order(one);
    await eventually(() => stepsOf(one).length === 1);
    expect(stepsOf(one)).toEqual([['failed', 'withdrawn']]);
  });
});

describe('a device that asks', () => {
  const ask = async (of: TestDevice) => {
    const request = { deviceId: of.id, organizationId: all.organization };
    return (await all.fleet.bus.request(updating.check, {}, request, 5_000)).update;
  };

  it('gets what waits for it, or nothing', async () => {
    const one = await device(deaf, 'asks');
    expect(await ask(one)).toBeUndefined();
    const group = await all.create(forTag('asks'));
    await untilStatus(all, group.id, ({ inFlight }) => inFlight === 1);
    expect(await ask(one)).toMatchObject({
      firmware: { uuid: all.fresh.uuid },
      deploymentNumber: group.number,
    });
    expect((await all.status(group.id)).inFlight).toBe(1);
    await one.report({ status: 'received' });
    await eventually(async () => (await ask(one)) === undefined);
  });
});

describe('a device that joins', () => {
  it('is told keys that it asks for, its archive and its code, in that order', async () => {
    const group = await all.create({ ...none, archiveUuid: all.archive.uuid, connectingCode: 'IO.puts(1)' });
    const one = await device();
    const put = { organizationId: all.organization, actor: 'person-1', clearPenalty: false };
    await all.running.groups.setDeviceUpdates({ ...put, deviceId: one.id, deploymentGroupId: group.id });
    one.manner = deaf;
    await one.join({ wantsFirmwareKeys: true, wantsArchiveKeys: true });
    await eventually(() => one.told.length === 4);
    expect(one.told.map(({ $case }) => $case)).toEqual([
      'firmwareKeys',
      'archiveKeys',
      'archive',
      'connectingCode',
    ]);
    const [keys, , archive] = one.told;
    expect(keys).toMatchObject({ value: { keys: [expect.objectContaining({ length: 32 })] } });
    expect(archive).toMatchObject({ value: { uuid: all.archive.uuid, sizeBytes: all.archive.sizeBytes } });
    one.told.length = 0;
    await one.join({ apiVersion: '1.0.0', wantsFirmwareKeys: true });
    await eventually(() => one.told.length === 1);
    expect(one.told[0]?.$case).toBe('firmwareKeys');
  });
});

describe('by hand', () => {
  it('a device is put into a group, taken out, switched off and let out of the penalty box', async () => {
    const one = await device(failing);
    const group = await all.create(none);
    const set = (wish: object) =>
      all.running.groups.setDeviceUpdates({
        ...{ deviceId: one.id, organizationId: all.organization, actor: 'person-1', clearPenalty: false },
        ...wish,
      });
    await set({ deploymentGroupId: group.id });
    await untilStatus(all, group.id, ({ penalized }) => penalized === 1);
    expect(await standing(one)).toMatchObject({ deploymentGroupId: group.id, attempts: 1 });
    one.manner = deaf;
    await set({ clearPenalty: true, updatesEnabled: false });
    expect(await standing(one)).toMatchObject({
      attempts: 0,
      blockedUntilMs: undefined,
      updatesEnabled: false,
    });
    await set({ updatesEnabled: true });
    await untilStatus(all, group.id, ({ inFlight }) => inFlight === 1);
    // What it has not begun it is not to begin.
    expect((await set({ updatesEnabled: false })).updates?.targetUuid).toBe('');
    expect((await set({ deploymentGroupId: '' })).updates?.deploymentGroupId).toBe('');
    const another = { organizationId: '0198a5d0-0000-7000-8000-00000000000a' };
    await expect(set(another)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('everything is in the audit log, with whoever did it', async () => {
    const one = await device(good, 'audited');
    const group = await all.create(forTag('audited'));
    await untilStatus(all, group.id, ({ updated }) => updated === 1);
    await all.control(group.id, 'pause');
    await all.control(group.id, 'resume');
    const mine = (): bus.AuditEntry[] =>
      entries.filter(
        ({ resource }) => resource === `device:${one.id}` || resource === `deployment_group:${group.id}`,
      );
    await eventually(() => mine().some(({ action }) => action === 'deployment_group.resumed'));
    const told = mine().map(({ actor, action }) => [actor.split(':')[0], action]);
    expect(told.filter(([, action]) => action !== 'deployment_group.completed')).toEqual([
      ['tester', 'deployment_group.created'],
      ['device', 'device.group_joined'],
      ['deployment_group', 'device.update_offered'],
      ['device', 'device.firmware_changed'],
      ['device', 'device.updated'],
      ['tester', 'deployment_group.paused'],
      ['tester', 'deployment_group.resumed'],
    ]);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    await eventually(async () => (await all.query('SELECT 1 FROM outbox')).length === 0);
  });
});

describe('a deployment group', () => {
  const ask = () => all.running.groups;
  const scope = () => ({ organizationIds: [all.organization], actor: 'tester' });

  it('is made once, listed, changed by those settings that are named, and by those who have seen it', async () => {
    const settings = { ...unset, ...none, name: 'kept', product: 'made', firmwareUuid: all.fresh.uuid };
    const request = { organizationId: all.organization, actor: 'tester', settings, isActive: false };
    const once = { ...request, idempotencyKey: 'user-1:a' };
    const { group } = await ask().createDeploymentGroup(once);
    expect(group).toMatchObject({ state: 'inactive', release: 1, revision: 1, firmwareVersion: '1.1.0' });
    expect((await ask().createDeploymentGroup(once)).group?.id).toBe(group?.id);
    await expect(ask().createDeploymentGroup({ ...request, idempotencyKey: '' })).rejects.toMatchObject({
      code: 'conflict',
      details: [{ field: 'name' }],
    });
    const id = group?.id ?? '';
    const change = { ...scope(), id, fields: ['concurrent_updates', 'notes'], ifRevision: 1 };
    const given = { ...unset, concurrentUpdates: 3, notes: 'slowly', name: 'not named' };
    const changed = await ask().updateDeploymentGroup({ ...change, settings: given, isActive: true });
    expect(changed.group).toMatchObject({
      ...{ revision: 2, isActive: true, state: 'running' },
      settings: { name: 'kept', concurrentUpdates: 3, notes: 'slowly', failureThreshold: 50 },
    });
    const late = ask().updateDeploymentGroup({ ...change, settings: given });
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    const { items } = await ask().listDeploymentGroups({ ...scope(), product: 'made', limit: 1, cursor: '' });
    expect(items).toHaveLength(1);
    const elsewhere = { organizationIds: ['0198a5d0-0000-7000-8000-00000000000a'], id };
    await expect(ask().getDeploymentGroup(elsewhere)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('with another firmware begins another release, and neither firmware can be deleted while it is wanted', async () => {
    const next = await all.upload('1.2.0');
    const group = await all.create(none);
    const remove = (uuid: string) => all.running.artifacts.deleteArtifact({ ...scope(), uuid });
    await expect(remove(all.fresh.uuid)).rejects.toMatchObject({ code: 'conflict' });
    const change = { ...scope(), id: group.id, fields: ['firmware_uuid'], ifRevision: 0 };
    const settings = { ...unset, firmwareUuid: next.uuid };
    const changed = await ask().updateDeploymentGroup({ ...change, settings });
    expect(changed.group).toMatchObject({ release: 2, firmwareVersion: '1.2.0', state: 'running' });
    await expect(remove(next.uuid)).rejects.toMatchObject({ code: 'conflict' });
    await ask().deleteDeploymentGroup({ ...scope(), id: group.id });
    await remove(next.uuid);
  });

  it('is refused for settings that cannot be', async () => {
    const group = await all.create(none);
    const change = (fields: string[], settings: object) =>
      ask().updateDeploymentGroup({
        ...{ ...scope(), id: group.id, fields, ifRevision: 0 },
        settings: { ...unset, ...settings },
      });
    const wrong = (code: string, field: string) => ({ code, details: [expect.objectContaining({ field })] });
    await expect(change(['concurrent_updates'], {})).rejects.toMatchObject(
      wrong('invalid', 'concurrent_updates'),
    );
    await expect(change(['product'], {})).rejects.toMatchObject(wrong('invalid', 'product'));
    await expect(change(['colour'], {})).rejects.toMatchObject(wrong('invalid', 'colour'));
    await expect(change(['firmware_uuid'], { firmwareUuid: 'x' })).rejects.toMatchObject(
      wrong('not_found', 'firmware_uuid'),
    );
    await expect(change(['archive_uuid'], { archiveUuid: all.old.uuid })).rejects.toMatchObject(
      wrong('not_found', 'archive_uuid'),
    );
    await expect(all.control(group.id, 'explode')).rejects.toMatchObject(wrong('invalid', 'action'));
  });
});
