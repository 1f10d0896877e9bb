// Commands that order an update: given to firmware-update instead of an edge, and followed to the update's end.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { type bus as messages, updateOrder, updating } from '@mooring/proto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Fleet, type Session, startFleet } from './_commands.js';
import { codeOf } from './_registry.js';

let fleet: Fleet;
let orders: messages.OrderUpdateRequest[] = [];
let reply: (order: messages.OrderUpdateRequest) => messages.OrderUpdateReply = () => ordered();
const firmwareUuid = '236fe56b-8058-5b6c-ce94-8a8c30b71269';

beforeAll(async () => {
  fleet = await startFleet();
});
beforeEach(() => {
  orders = [];
  reply = () => ordered();
});
afterAll(() => fleet.stop());

function ordered(already = false): messages.OrderUpdateReply {
  return { outcome: { $case: 'ordered', value: { already } } };
}
function refused(code: string, message: string): messages.OrderUpdateReply {
  return { outcome: { $case: 'refused', value: { code, message } } };
}

async function device(): Promise<Session> {
  const { dialect, identifier } = await fleet.enrol({ dialect: 'nerveshub', identifier: randomUUID() });
  return fleet.connect({ dialect, identifier });
}

const update = (session: Session, fields: object = {}) =>
  fleet.command(session.deviceId, {
    type: 'update',
    paramsJson: JSON.stringify({ firmware: firmwareUuid }),
    command: {
      ...{ number: 0, traceparent: '', repeat: 0 },
      action: { $case: 'update', value: { firmwareUuid } },
    },
    ...fields,
  });

async function step(session: Session, number: number, outcome: string, code = ''): Promise<void> {
  const { deviceId, deviceNumber } = session;
  const message = { commandNumber: number, deviceNumber, outcome, code, message: '', atMs: Date.now() };
  await fleet.bus.persist(updateOrder.step, { device: deviceId }, message, { id: randomUUID() });
}

it('waits while nobody takes orders', async () => {
  const session = await device();
  const { id } = await update(session);
  const waiting = await eventually(async () => {
    const command = await fleet.get(id);
    return command.timeline.length > 2 ? command : undefined;
  });
  expect(waiting.timeline.map(({ state }) => state).slice(0, 3)).toEqual(['queued', 'sent', 'queued']);
  fleet.bus.respond(updating.order, {}, (order) => {
    orders.push(order);
    return reply(order);
  });
  await fleet.bus.flush();
  await eventually(() => orders.length === 1, { withinMs: 15_000 });
  expect(fleet.deliveriesOf(session)).toEqual([]);
});

describe('an ordered update', () => {
  it('says who wants what for which device, and ends in success', async () => {
    const session = await device();
    const { id, number } = await update(session);
    await eventually(() => orders.length === 1);
    expect(orders[0]).toMatchObject({
      deviceId: session.deviceId,
      deviceNumber: session.deviceNumber,
      organizationId: fleet.owner.organization.id,
      actor: fleet.owner.user.id,
      commandNumber: number,
      firmwareUuid,
    });
    await step(session, number, 'acknowledged');
    await fleet.reaches(id, 'acknowledged');
    await step(session, number, 'acknowledged');
    await step(session, number, 'succeeded');
    const done = await fleet.reaches(id, 'succeeded');
    expect(done.timeline.map(({ state }) => state)).toEqual(['queued', 'sent', 'acknowledged', 'succeeded']);
    expect(fleet.deliveriesOf(session)).toEqual([]);
  });

  it('may still fail after it has begun, with the code that it failed with', async () => {
    const session = await device();
    const { id, number } = await update(session);
    await fleet.reaches(id, 'sent');
    await step(session, number, 'acknowledged');
    await step(session, number, 'failed', 'reverted');
    expect(await fleet.reaches(id, 'failed')).toMatchObject({ code: 'reverted' });
  });

  it('survives that its device connects anew', async () => {
    const session = await device();
    const { id, number } = await update(session);
    await fleet.reaches(id, 'sent');
    await step(session, number, 'acknowledged');
    await fleet.reaches(id, 'acknowledged');
    await fleet.disconnect(session);
    await step(session, number, 'succeeded');
    await fleet.reaches(id, 'succeeded');
    expect(orders).toHaveLength(1);
  });

  it('of a firmware that the device has is done at once', async () => {
    reply = () => ordered(true);
    const { id } = await update(await device());
    expect((await fleet.reaches(id, 'succeeded')).timeline.at(-1)?.detail).toContain('already');
  });

  it('that is refused failed, and says why', async () => {
    reply = () => refused('conflict', 'an update is in flight');
    const { id } = await update(await device());
    const failed = await fleet.reaches(id, 'failed');
    expect([failed.code, failed.timeline.at(-1)?.detail]).toEqual(['conflict', 'an update is in flight']);
  });

  it('is for Nerves devices, and names a firmware', async () => {
    const plug = await fleet.enrol({ dialect: 'kinetid', identifier: `${Date.now()}` });
    expect(await codeOf(update({ ...(await device()), deviceId: plug.id }))).toBe('invalid');
    const unnamed = { action: { $case: 'update', value: { firmwareUuid: 'x' } } } as const;
    const command = { number: 0, traceparent: '', repeat: 0, ...unnamed };
    expect(await codeOf(update(await device(), { command }))).toBe('invalid');
  });

  it('may take a day, and no longer', async () => {
    const session = await device();
    expect(await codeOf(update(session, { timeoutS: 86_401 }))).toBe('invalid');
    const { id, number } = await update(session, { timeoutS: 86_400 });
    await fleet.reaches(id, 'sent');
    await step(session, number, 'succeeded');
    await fleet.reaches(id, 'succeeded');
  });
});
