// Commands as people handle them: asked for once, sent when the device is there, cancelled while they wait.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { live, type bus as messages, registry as proto } from '@mooring/proto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { address, doing, type Fleet, gone, refused, startFleet, written } from './_commands.js';
import { codeOf, newAccount } from './_registry.js';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());
afterEach(() => fleet.replyWith(written()));

const plug = () => fleet.enrol({ dialect: 'kinetid', identifier: randomUUID() });
const steps = ({ timeline }: proto.Command) => timeline.map(({ state }) => state);
const details = ({ timeline }: proto.Command) => timeline.map(({ detail }) => detail).filter(Boolean);

describe('a command', () => {
  it('goes to where the device is, its answer ends it, and people watching see each step', async () => {
    const told: messages.LiveCommand[] = [];
    const { organization, user } = fleet.owner;
    const watching = fleet.bus.subscribe(live.event, { organization: organization.id }, ({ event }) => {
      if (event?.$case === 'command') told.push(event.value);
    });
    await fleet.bus.flush();
    const device = await plug();
    const session = await fleet.connect(device, { node: 'edge-2' });
    const asked = await fleet.command(device.id, doing.switch(true));
    expect(asked).toMatchObject({
      state: 'queued',
      type: 'switch',
      paramsJson: '{"on":true}',
      actor: user.id,
    });

    const { connectionId, epoch } = session;
    const action = { $case: 'switch', value: { on: true } };
    expect(await fleet.delivery(session)).toMatchObject({
      ...{ node: 'edge-2', connectionId, epoch },
      command: { number: asked.number, repeat: 0, action },
    });
    await fleet.answer(session, asked.number, { outcome: 'succeeded', resultJson: '{"on":true}' });
    const done = await fleet.reaches(asked.id, 'succeeded');
    expect(steps(done)).toEqual(['queued', 'sent', 'acknowledged', 'succeeded']);
    expect(done.resultJson).toBe('{"on":true}');

    const seen = () => told.filter(({ commandId }) => commandId === asked.id);
    await eventually(() => seen().length === 4);
    expect(seen().map(({ state, step }) => [step, state])).toEqual([
      [1, 'queued'],
      [2, 'sent'],
      [3, 'acknowledged'],
      [4, 'succeeded'],
    ]);
    watching.close();
  });

  it('waits for a device that is away', async () => {
    const device = await plug();
    const asked = await fleet.command(device.id, doing.switch(false));
    await parked(asked.id);
    const session = await fleet.connect(device);
    expect((await fleet.delivery(session, 0, 5_000)).command.number).toBe(asked.number);
    expect(steps(await fleet.reaches(asked.id, 'sent'))).toEqual(['queued', 'sent']);
  });

  it('is asked about once more when its edge does not know the session yet', async () => {
    const device = await plug();
    const session = await fleet.connect(device);
    let times = 0;
    fleet.replyWith(() => (++times === 1 ? gone : written()));
    const asked = await fleet.command(device.id, doing.switch(true));
    await fleet.delivery(session, 1);
    expect(steps(await fleet.get(asked.id))).toEqual(['queued', 'sent']);
  });

  it('follows a device to another edge, and is the same there', async () => {
    const device = await plug();
    const before = await fleet.connect(device);
    fleet.replyWith(({ node }) => (node === 'edge-1' ? gone : written()));
    const asked = await fleet.command(device.id, doing.switch(true));
    await fleet.reaches(asked.id, 'queued');
    const after = await fleet.connect(device, { node: 'edge-2' });
    const there = await eventually(() => fleet.deliveriesOf(before).find(({ node }) => node === 'edge-2'));
    expect(there).toMatchObject({ epoch: after.epoch, command: { number: asked.number, repeat: 0 } });
    await eventually(async () => steps(await fleet.get(asked.id)).at(-1) === 'sent');
  });

  it('fails in the words of an edge that refuses it', async () => {
    const device = await plug();
    await fleet.connect(device);
    fleet.replyWith(refused('unsupported', 'not this one'));
    const asked = await fleet.command(device.id, doing.raw('{}'));
    const failed = await fleet.reaches(asked.id, 'failed');
    expect([failed.code, details(failed)]).toEqual(['unsupported', ['not this one']]);
  });

  it('that nothing answers says so', async () => {
    const device = await plug();
    await fleet.connect(device);
    fleet.replyWith(written({ answerWithinMs: 0 }));
    const asked = await fleet.command(device.id, doing.raw('{}'));
    expect(details(await fleet.reaches(asked.id, 'unconfirmed'))).toEqual(['this device does not answer']);
  });

  it('expires when its device does not come', async () => {
    const device = await plug();
    const asked = await fleet.command(device.id, { ...doing.switch(true), expiresInS: 1 });
    const expired = await fleet.reaches(asked.id, 'expired');
    expect(expired.expiresAtMs - expired.createdAtMs).toBeCloseTo(1_000, -2);
    const session = await fleet.connect(device);
    await fleet.hello(session, '');
    await fleet.caughtUp();
    expect(fleet.deliveriesOf(session)).toEqual([]);
  });

  it('is replaced by a newer switch while it waits', async () => {
    const device = await plug();
    const older = await fleet.command(device.id, doing.switch(true));
    const newer = await fleet.command(device.id, doing.switch(false));
    expect(await fleet.get(older.id)).toMatchObject({ state: 'cancelled' });
    expect(details(await fleet.get(older.id))).toEqual(['replaced by a newer one']);
    const session = await fleet.connect(device);
    await fleet.reaches(newer.id, 'sent');
    expect(fleet.deliveriesOf(session).map(({ command }) => command.number)).toEqual([newer.number]);
  });
});

/** Resolves when the dispatcher has seen that the device of a command is away. */
async function parked(id: string): Promise<void> {
  await eventually(async () => {
    const [row] = await fleet.query<{ parked: boolean }>(
      "SELECT due_at IS NULL AND state = 'queued' AS parked FROM command WHERE id = $1::uuid",
      [id],
    );
    return row?.parked;
  });
}

describe('asking', () => {
  it('again with the same key makes one command, and nothing of another request', async () => {
    const device = await plug();
    const once = { ...doing.switch(true), idempotencyKey: randomUUID() };
    const [first, second] = await Promise.all([
      fleet.command(device.id, once),
      fleet.command(device.id, once),
    ]);
    expect(second?.id).toBe(first?.id);
    expect(await fleet.list(device.id)).toHaveLength(1);
    const other = { ...doing.switch(false), idempotencyKey: once.idempotencyKey };
    expect(await codeOf(fleet.command(device.id, other))).toBe('conflict');
  });

  it('names every field that is wrong', async () => {
    const device = await plug();
    const asked = { ...doing.print(), timeoutS: 1_801, expiresInS: 0, paramsJson: '[]' };
    await expect(fleet.command(device.id, asked)).rejects.toMatchObject({
      code: 'invalid',
      details: [{ field: 'type' }, { field: 'timeout_s' }, { field: 'expires_in_s' }, { field: 'params' }],
    });
    await expect(fleet.command(device.id, { type: 'firmware_update' })).rejects.toMatchObject({
      details: [{ field: 'type', message: expect.stringContaining('operator') }],
    });
  });

  it('is for members who may command devices, and raw for those who may send it', async () => {
    const device = await plug();
    const as = (role: string, scopes: string[] = []) => ({
      principal: {
        ...{ userId: randomUUID(), apiKeyId: '', platformOperator: false, scopes },
        memberships: [{ organizationId: fleet.owner.organization.id, role }],
      },
    });
    const code = (fields: object, action = doing.switch(true)) =>
      codeOf(fleet.command(device.id, { ...action, ...fields }));
    const other = await newAccount(fleet.client);
    expect(await code({ principal: other.principal })).toBe('not_found');
    expect(await code(as('viewer'))).toBe('forbidden');
    expect(await code(as('operator', ['devices:write']))).toBe('ok');
    expect(await code(as('operator', ['devices:write']), doing.raw('x'))).toBe('forbidden');
    expect(await code(as('operator', ['devices:write', 'devices:raw']), doing.raw('x'))).toBe('ok');
    const { id } = await fleet.command(device.id, doing.switch(true));
    const { principal } = other;
    expect(await codeOf(fleet.commands.getCommand({ principal, id }))).toBe('not_found');
    expect(await codeOf(fleet.commands.cancelCommand({ principal, id }))).toBe('not_found');
  });

  it('through a print key prints on its printer, and does nothing else', async () => {
    const printer = await fleet.enrol({ dialect: 'berg', identifier: address(), kind: 'printer' });
    const other = await fleet.enrol({ dialect: 'berg', identifier: address(), kind: 'printer' });
    const [key] = await fleet.query<{ id: string }>(
      `INSERT INTO print_key (id, device_id, name, prefix, secret_hash)
       VALUES (gen_random_uuid(), $1::uuid, '', '', sha256($1::text::bytea)) RETURNING id`,
      [printer.id],
    );
    const ask = (deviceId: string, asked: object) =>
      fleet.commands.createCommand(
        proto.CreateCommandRequest.fromPartial({ deviceId, printKeyId: key?.id ?? '', ...asked }),
      );
    const { command } = await ask(printer.id, doing.print());
    expect(command).toMatchObject({ actor: 'print_key', state: 'queued' });
    expect(await codeOf(ask(other.id, doing.print()))).toBe('not_found');
    expect(await codeOf(ask(printer.id, doing.personality()))).toBe('forbidden');
    expect(await codeOf(ask(printer.id, { ...doing.print(), printKeyId: randomUUID() }))).toBe('not_found');
    expect(await codeOf(ask(printer.id, { ...doing.print(), printKeyId: '' }))).toBe('unauthenticated');
  });

  it('ends when two hundred wait', async () => {
    const printer = await fleet.enrol({ dialect: 'berg', identifier: address(), kind: 'printer' });
    await fleet.query(
      `INSERT INTO command (id, device_id, organization_id, type, sealed_payload, state, step, told, actor, expires_at)
       SELECT gen_random_uuid(), id, organization_id, 'print', '', 'queued', 1, 1, '', now() + interval '1 day'
       FROM device, generate_series(1, 200) WHERE id = $1::uuid`,
      [printer.id],
    );
    expect(await codeOf(fleet.command(printer.id, doing.print()))).toBe('exhausted');
  });
});

describe('cancelling', () => {
  it('is for what waits', async () => {
    const device = await plug();
    const { principal } = fleet.owner;
    const { id } = await fleet.command(device.id, doing.switch(true));
    const { command } = await fleet.commands.cancelCommand({ principal, id });
    expect(command && steps(command)).toEqual(['queued', 'cancelled']);
    await expect(fleet.commands.cancelCommand({ principal, id })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('cancelled already'),
    });
    const session = await fleet.connect(device);
    await fleet.hello(session, '');
    await fleet.caughtUp();
    expect(fleet.deliveriesOf(session)).toEqual([]);

    const sent = await fleet.command(device.id, doing.switch(true));
    await fleet.reaches(sent.id, 'sent');
    expect(await codeOf(fleet.commands.cancelCommand({ principal, id: sent.id }))).toBe('conflict');
  });
});

describe('the list', () => {
  it('shows the newest first, by state and page by page, without timelines', async () => {
    const device = await plug();
    const made = [];
    for (const on of [true, false, true]) made.push(await fleet.command(device.id, doing.switch(on)));
    const { principal } = fleet.owner;
    const list = (fields: Partial<proto.ListCommandsRequest>) =>
      fleet.commands.listCommands(
        proto.ListCommandsRequest.fromPartial({ principal, deviceId: device.id, ...fields }),
      );
    const first = await list({ limit: 2 });
    const second = await list({ limit: 2, cursor: first.nextCursor });
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual(made.map(({ id }) => id).reverse());
    expect(second.nextCursor).toBe('');
    expect(first.items.map(({ timeline }) => timeline)).toEqual([[], []]);
    expect((await list({ state: 'queued' })).items.map(({ id }) => id)).toEqual([made[2]?.id]);
    expect(await codeOf(list({ state: 'lost' }))).toBe('invalid');
  });
});
