// What is published of devices: in order, once, also when NATS was killed in between; and what comes in as facts.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { device, deviceStream, live, bus as messages, uplink } from '@mooring/proto';
import { consume } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, newAccount, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;
const stop = new AbortController();
const connected: messages.DeviceConnected[] = [];
const disconnected: messages.DeviceDisconnected[] = [];
const deleted: messages.DeviceDeleted[] = [];
const presences: messages.LivePresence[] = [];
const listening: Promise<void>[] = [];

beforeAll(async () => {
  registry = await startRegistry();
  owner = await newAccount(registry.client);
  for (const [name, subject, seen] of [
    ['test-connected', device.connected, connected],
    ['test-disconnected', device.disconnected, disconnected],
    ['test-deleted', device.deleted, deleted],
  ] as const) {
    const durable = {
      name,
      stream: deviceStream,
      subject: subject as never,
      ackWaitMs: 30_000,
      maxAckPending: 100,
    };
    const keep = async (batch: readonly { readonly message: never }[]): Promise<void> => {
      for (const { message } of batch) seen.push(message);
    };
    const consumer = consume<never>(registry.bus, durable, keep, { maxMessages: 100 });
    await new Promise<void>((ready) => {
      listening.push(consumer.run({ signal: stop.signal, ready }));
    });
  }
  registry.bus.subscribe(live.event, { organization: owner.organization.id }, ({ event }) => {
    if (event?.$case === 'presence') presences.push(event.value);
  });
  await registry.bus.flush();
});
afterAll(async () => {
  stop.abort();
  await Promise.all(listening);
  await registry.stop();
});

const of = <T extends { readonly deviceId: string }>(seen: readonly T[], id: string): T[] =>
  seen.filter((each) => each.deviceId === id);

async function come(identifier: string) {
  const admitted = await registry.admit.admitted({ identifier, connectionId: 'c' });
  const go = async (reason: string) => {
    const { deviceNumber, epoch } = admitted;
    await registry.client.reportDisconnected({
      disconnections: [{ deviceNumber, epoch, reason, atMs: Date.now() }],
    });
  };
  return { ...admitted, go };
}

describe('the outbox', () => {
  it('tells that a device came, went and was deleted', async () => {
    const identifier = randomUUID();
    const { deviceId, deviceNumber, organizationId, epoch, go } = await come(identifier);
    await go('closed');
    await registry.client.deleteDevice({ principal: owner.principal, id: deviceId });
    await eventually(() => of(deleted, deviceId).length === 1);
    const about = { deviceId, deviceNumber, organizationId };
    const who = { ...about, dialect: 'camera', identifier, epoch };
    expect(of(connected, deviceId)).toMatchObject([{ ...who, node: 'edge-1', connectionId: 'c' }]);
    expect(of(disconnected, deviceId)).toMatchObject([{ ...who, reason: 'closed' }]);
    expect(of(deleted, deviceId)).toMatchObject([about]);
    await eventually(() => of(presences, deviceId).length === 3);
    expect(of(presences, deviceId).map(({ online, reason }) => [online, reason])).toEqual([
      [true, ''],
      [false, 'closed'],
      [false, 'device_deleted'],
    ]);
  });

  it('keeps everything while NATS is killed, and publishes each once and in order after', async () => {
    const identifier = randomUUID();
    await registry.nats.kill();
    let deviceId = '';
    for (let round = 0; round < 20; round++) {
      const came = await come(identifier);
      deviceId = came.deviceId;
      await came.go(`r${round}`);
    }
    await registry.nats.restart();
    await eventually(() => of(disconnected, deviceId).length >= 20, { withinMs: 25_000 });
    await eventually(() => of(connected, deviceId).length >= 20);
    const epochs = Array.from({ length: 20 }, (_, index) => BigInt(index + 1));
    expect(of(connected, deviceId).map(({ epoch }) => epoch)).toEqual(epochs);
    expect(of(disconnected, deviceId).map(({ epoch, reason }) => [epoch, reason])).toEqual(
      epochs.map((epoch, index) => [epoch, `r${index}`]),
    );
    const left = () => registry.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox');
    await eventually(async () => (await left())[0]?.n === 0);
  }, 60_000);
});

describe('facts', () => {
  function publish(
    source: Partial<messages.BatchSource>,
    sequence: number,
    parts: Partial<messages.FactsRecord>,
  ) {
    const batch = messages.FactsBatch.fromPartial({
      header: { node: 'edge-1', boot: 'b', sequence: 1n, traceparents: [] },
      sources: [source],
      records: [{ source: 0, sequence, timeMs: Date.now(), ...parts }],
    });
    return registry.bus.persist(uplink.facts, { node: 'edge-1' }, batch, { id: randomUUID() });
  }
  const known = async (id: string) => {
    const { device: found } = await registry.client.getDevice({ principal: owner.principal, id });
    return {
      profile: JSON.parse(found?.profileJson ?? ''),
      firmware: JSON.parse(found?.firmwareJson ?? ''),
      state: JSON.parse(found?.stateJson ?? ''),
    };
  };

  it('are merged key by key, in order, once', async () => {
    const { id, number: deviceNumber } = await enrol(registry.client, owner.principal);
    const source = { deviceNumber, epoch: 3n };
    await publish(source, 1, { profileJson: '{"model":"a","mac":"x"}', reportedJson: '{"on":false}' });
    await publish(source, 2, { profileJson: '{"model":"b"}', firmwareJson: '{"uuid":"u"}' });
    await publish(source, 3, { reportedJson: '{"on":true}' });
    await publish(source, 3, { reportedJson: '{"on":"repeated"}' });
    await publish({ deviceNumber, epoch: 2n }, 9, { reportedJson: '{"on":"late"}' });
    await publish(source, 4, { profileJson: '{"last":true}' });
    await eventually(async () => (await known(id)).profile.last === true);
    expect(await known(id)).toEqual({
      profile: { model: 'b', mac: 'x', last: true },
      firmware: { uuid: 'u' },
      state: { desired: {}, reported: { on: true }, versions: { desired: 0, reported: 2 } },
    });
  });

  it('that are too large or broken leave what is held, and do not hold up others', async () => {
    const { id, number: deviceNumber } = await enrol(registry.client, owner.principal);
    const source = { deviceNumber, epoch: 1n };
    await publish(source, 1, { profileJson: JSON.stringify({ a: 'x'.repeat(40_000) }) });
    await publish(source, 2, { profileJson: JSON.stringify({ b: 'x'.repeat(40_000) }) });
    await publish(source, 3, { profileJson: '{"broken' });
    await publish(source, 4, { firmwareJson: '{"nul":"\\u0000"}' });
    await eventually(async () => (await known(id)).firmware.nul === '');
    expect(Object.keys((await known(id)).profile)).toEqual(['a']);
  });
});
