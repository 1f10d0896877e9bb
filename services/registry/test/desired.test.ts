// What plugs are wanted to be, and what they and printers are told when they come back.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { alarm, registry as proto } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { address, doing, type Fleet, type Session, startFleet } from './_commands.js';
import { codeOf, newAccount } from './_registry.js';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());

const plug = () => fleet.enrol({ dialect: 'kinetid', identifier: randomUUID() });

async function want(deviceId: string, patch: object, ifVersion?: number) {
  const request = { principal: fleet.owner.principal, deviceId, patchJson: JSON.stringify(patch), ifVersion };
  const { device } = await fleet.commands.updateDesired(request);
  return JSON.parse(device?.stateJson ?? '');
}

/** As if the plug had said it on this session, or on an earlier one. */
const reported = ({ deviceId, epoch }: Session, on: boolean, ago = 0n) =>
  fleet.query(
    `UPDATE device SET reported = reported || jsonb_build_object('on', $2::bool), facts_epoch = $3 WHERE id = $1::uuid`,
    [deviceId, on, epoch - ago],
  );

/** Whose commands there are for a device, and how they stand; the newest first. */
const actors = async (deviceId: string) =>
  (await fleet.list(deviceId)).map(({ actor, state }) => [actor, state]);

/** What the plug was switched to, in order. */
const switched = (session: Session) =>
  fleet
    .deliveriesOf(session)
    .map(({ command }) => command.action?.$case === 'switch' && command.action.value.on);

describe('a patch', () => {
  it('is merged, counted, and refused for another version', async () => {
    const { id } = await fleet.enrol({ dialect: 'camera', identifier: randomUUID() });
    expect(await want(id, { night: { from: 22, to: 6 }, on: 'yes' })).toMatchObject({
      desired: { night: { from: 22, to: 6 }, on: 'yes' },
      versions: { desired: 1 },
    });
    const second = await want(id, { night: { to: 7 }, on: null }, 1);
    expect(second).toMatchObject({ desired: { night: { from: 22, to: 7 } }, versions: { desired: 2 } });
    expect(second.desired).not.toHaveProperty('on');
    expect(await want(id, { night: { to: 7 } })).toEqual(second);
    await expect(want(id, { on: 1 }, 1)).rejects.toMatchObject({
      code: 'conflict',
      details: [{ field: 'if_match' }],
    });
    expect(await fleet.list(id)).toEqual([]);
  });

  it('is for members, of JSON objects, and of what a plug can be', async () => {
    const { id } = await plug();
    expect(await codeOf(want(id, { on: 'yes' }))).toBe('invalid');
    expect(await codeOf(want(id, { power_on: 'sometimes' }))).toBe('invalid');
    expect(await codeOf(want(id, []))).toBe('invalid');
    const { principal } = await newAccount(fleet.client);
    const request = { principal, deviceId: id, patchJson: '{}' };
    expect(await codeOf(fleet.commands.updateDesired(request))).toBe('not_found');
  });

  it('switches a plug that is not so', async () => {
    const device = await plug();
    const session = await fleet.connect(device);
    await want(device.id, { on: true });
    await fleet.delivery(session);
    await reported(session, true);
    await want(device.id, { on: true, power_on: 'restore' });
    await want(device.id, { power_on: 'leave' });
    await want(device.id, { on: false });
    await fleet.delivery(session, 1);
    expect(switched(session)).toEqual([true, false]);
    expect((await actors(device.id)).map(([actor]) => actor)).toEqual(['desired', 'desired']);
  });

  it('to what a plug is already takes back what waits', async () => {
    const device = await plug();
    const session = await fleet.connect(device);
    await reported(session, true);
    await fleet.disconnect(session);
    await fleet.command(device.id, doing.switch(false));
    await want(device.id, { on: true });
    expect((await actors(device.id)).map(([, state]) => state)).toEqual(['cancelled']);
  });
});

describe('a plug that says hello', () => {
  /** One that was here, left as `reason` says, and is back. */
  async function back(desired: object, reason = 'closed') {
    const device = await plug();
    const before = await fleet.connect(device);
    await fleet.query('UPDATE device SET desired = $2, instance = $3 WHERE id = $1::uuid', [
      ...[device.id, JSON.stringify(desired), 'boot 1'],
    ]);
    await fleet.disconnect(before, reason);
    return fleet.connect(device);
  }

  async function after(session: Session, instance: string, started = instance !== ''): Promise<unknown[]> {
    await fleet.hello(session, instance, started);
    await fleet.caughtUp();
    const queued = (await fleet.list(session.deviceId)).filter(({ actor }) => actor === 'desired');
    await eventually(() => fleet.deliveriesOf(session).length >= queued.length);
    return switched(session);
  }

  it.each([
    ['is as it is wanted', { on: true }, 'boot 1', [true]],
    ['has lost its power and is wanted so', { on: true }, 'boot 2', [true]],
    ['has lost its power and is to be on', { power_on: 'on' }, 'boot 2', [true]],
    ['has lost its power and is to be off', { power_on: 'off', on: true }, 'boot 2', [false]],
    ['has lost its power and is to be as it was', { power_on: 'restore', on: false }, 'boot 2', [false]],
    ['has lost its power and nothing is wanted', {}, 'boot 2', []],
    ['has not lost its power', { power_on: 'on' }, 'boot 1', []],
    ['does not say, and its connection broke', { power_on: 'on' }, '', [true]],
  ] as const)('%s', async (_, desired, instance, expected) => {
    expect(await after(await back(desired), instance)).toEqual(expected);
  });

  it('after a deploy has not lost its power', async () => {
    expect(await after(await back({ power_on: 'on' }, 'drain'), '')).toEqual([]);
  });

  it('as it is wanted is left alone, once it has said so on this session', async () => {
    const session = await back({ on: true });
    await reported(session, true, 1n);
    expect(await after(session, 'boot 2')).toEqual([true]);
    const fine = await back({ on: true });
    await reported(fine, true);
    expect(await after(fine, 'boot 2')).toEqual([]);
  });

  it('gets the switch that waits for it, and no other', async () => {
    const device = await plug();
    await want(device.id, { on: true, power_on: 'on' });
    await fleet.command(device.id, doing.switch(false));
    const session = await fleet.connect(device);
    await fleet.hello(session, 'boot 2', true);
    await fleet.caughtUp();
    await fleet.delivery(session);
    expect(switched(session)).toEqual([false]);
    expect(await actors(device.id)).toEqual([
      [fleet.owner.user.id, 'sent'],
      ['desired', 'cancelled'],
    ]);
  });

  it('too late for a switch by hand is left alone', async () => {
    const device = await plug();
    const { id } = await fleet.command(device.id, doing.switch(true));
    const [row] = await fleet.query<{ on: boolean; same: boolean }>(
      `SELECT (d.desired->'on')::bool AS on, d.desired_until = c.expires_at AS same
       FROM device d JOIN command c ON c.device_id = d.id WHERE c.id = $1::uuid`,
      [id],
    );
    expect(row).toEqual({ on: true, same: true });
    await fleet.query('UPDATE command SET expires_at = now() WHERE id = $1::uuid', [id]);
    await fleet.query('UPDATE device SET desired_until = now() WHERE id = $1::uuid', [device.id]);
    await fleet.reaches(id, 'expired');
    expect(await after(await fleet.connect(device), 'boot 1')).toEqual([]);
  });

  it('on the same session twice is switched once', async () => {
    const session = await back({ power_on: 'on' });
    await fleet.hello(session, '');
    await fleet.hello(session, '');
    await fleet.caughtUp();
    await fleet.delivery(session);
    expect((await fleet.list(session.deviceId)).filter(({ actor }) => actor === 'desired')).toHaveLength(1);
  });
});

describe('a printer that says hello', () => {
  it('is given the personality that it confirmed last, without the message of that day', async () => {
    const bridge = { dialect: 'berg', identifier: address(), kind: 'bridge' };
    await fleet.enrol(bridge);
    const gateway = await fleet.connect(bridge);
    const printer = { dialect: 'berg', identifier: address(), kind: 'printer' };
    const { id } = await fleet.enrol(printer);
    const where = { connectionId: gateway.connectionId, gateway };
    const session = await fleet.connect(printer, where);
    await fleet.hello(session, '', true);
    await fleet.caughtUp();
    expect(fleet.deliveriesOf(session)).toEqual([]);

    const set = await fleet.command(id, doing.personality(5));
    await fleet.delivery(session);
    await fleet.answer(gateway, set.number, { outcome: 'acknowledged' });
    await fleet.reaches(set.id, 'acknowledged');
    await fleet.hello(session, '', false);
    await fleet.hello(session, '', true);
    const { command } = await fleet.delivery(session, 1);
    expect(command.action).toMatchObject({ $case: 'personality', value: { images: { length: 4 } } });
    expect((await actors(id)).map(([actor]) => actor)).toEqual(['desired', fleet.owner.user.id]);

    // While one is on its way another hello changes nothing.
    await fleet.hello(session, '', true);
    await fleet.caughtUp();
    expect(await actors(id)).toHaveLength(2);
  });
});

describe('an alarm', () => {
  it('switches its plug off, once, within its own trace', async () => {
    const device = await plug();
    await want(device.id, { on: true });
    const session = await fleet.connect(device);
    await fleet.delivery(session);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const raised = {
      ...{ alarmId: randomUUID(), ruleId: randomUUID(), organizationId: fleet.owner.organization.id },
      ...{
        deviceId: device.id,
        deviceNumber: device.number,
        action: 'switch_off',
        atMs: Date.now(),
        traceparent,
      },
    };
    const raise = (fields: object = {}) => {
      const message = { ...raised, ...fields };
      return fleet.bus.persist(alarm.raised, { device: device.id }, message, { id: randomUUID() });
    };
    await raise();
    await raise();
    const { command } = await fleet.delivery(session, 1);
    expect(command.traceparent).toContain('0af7651916cd43dd8448eb211c80319c');
    for (const other of [
      { alarmId: randomUUID(), action: '' },
      { alarmId: randomUUID(), organizationId: randomUUID() },
      { alarmId: 'x' },
    ])
      await raise(other);
    await raise({ alarmId: randomUUID() });
    await fleet.delivery(session, 2);
    expect(switched(session)).toEqual([true, false, false]);
    const made = (await fleet.list(device.id)).filter(({ actor }) => actor === 'alarm');
    expect(made.map(({ id }) => id)).toContain(raised.alarmId);
    expect(made).toHaveLength(2);
    const { device: now } = await fleet.client.getDevice(
      proto.GetDeviceRequest.fromPartial({ principal: fleet.owner.principal, id: device.id }),
    );
    expect(JSON.parse(now?.stateJson ?? '').desired).toMatchObject({ on: false });
  });
});
