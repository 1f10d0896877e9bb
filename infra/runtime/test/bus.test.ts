// Core NATS, JetStream publishing and leases against a real server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyStreams, type Bus, connectBus, Fault, rpc } from '../src/index.js';
import { fixture, json } from './_bus.js';
import { eventually } from './_eventually.js';
import { NatsServer } from './_nats-server.js';

let server: NatsServer;
let bus: Bus;
let other: Bus;

beforeAll(async () => {
  server = await NatsServer.start();
  bus = await connectBus({ url: server.url, name: 'test' });
  other = await connectBus({ url: server.url, name: 'other' });
});

afterAll(async () => {
  await bus?.close();
  await other?.close();
  await server?.stop();
});

describe('connectBus', () => {
  it('gives up in the time it was given', async () => {
    const dialing = connectBus({ url: 'nats://127.0.0.1:1', name: 'test', timeoutMs: 200 });
    await expect(dialing).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('stops waiting when it is told to', async () => {
    const signal = AbortSignal.abort();
    const dialing = connectBus({ url: 'nats://127.0.0.1:1', name: 'test', signal });
    await expect(dialing).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each(['http://127.0.0.1:4222', 'nats://a b'])('refuses the url %s', async (url) => {
    await expect(connectBus({ url, name: 'test' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('knows since when it is connected', () => {
    expect(bus.connected).toBe(true);
    expect(bus.connectedSinceMs).toBeLessThanOrEqual(Date.now());
  });
});

describe('publish and subscribe', () => {
  it('delivers message and parameters, to one of a queue', async () => {
    const { subject } = fixture();
    const heard: { n: number; node: string; by: string }[] = [];
    const listen =
      (by: string) =>
      (message: { n: number }, { node }: { node: string }) =>
        heard.push({ n: message.n, node, by });
    other.subscribe(subject, 'all', listen('all'));
    other.subscribe(subject, 'all', listen('queue'), { queue: 'q' });
    bus.subscribe(subject, 'all', listen('queue'), { queue: 'q' });
    const one = other.subscribe(subject, { node: 'n.1' }, listen('one'));
    await Promise.all([bus.flush(), other.flush()]);

    bus.publish(subject, { node: 'n.1' }, { n: 1 });
    bus.publish(subject, { node: 'n2' }, { n: 2 });
    await eventually('all are heard', () => heard.length === 5);
    expect(
      heard
        .filter(({ by }) => by === 'queue')
        .map(({ n }) => n)
        .sort(),
    ).toEqual([1, 2]);
    expect(heard.filter(({ by }) => by === 'all')).toEqual([
      { n: 1, node: 'n.1', by: 'all' },
      { n: 2, node: 'n2', by: 'all' },
    ]);
    expect(heard.filter(({ by }) => by === 'one')).toEqual([{ n: 1, node: 'n.1', by: 'one' }]);

    one.close();
    await other.flush();
    bus.publish(subject, { node: 'n.1' }, { n: 3 });
    await eventually('the rest are heard', () => heard.filter(({ n }) => n === 3).length === 2);
    expect(heard.some(({ n, by }) => n === 3 && by === 'one')).toBe(false);
  });

  it('survives bytes that are no message and a handler that throws', async () => {
    const { subject } = fixture();
    const foreign = { ...subject, codec: { ...json, encode: () => ({ finish: () => Buffer.from('{') }) } };
    const heard: number[] = [];
    other.subscribe(subject, 'all', ({ n }) => {
      heard.push(n);
      if (n === 1) throw new TypeError('a bug');
    });
    await other.flush();
    bus.publish(foreign, { node: 'n' }, { n: 0 });
    bus.publish(subject, { node: 'n' }, { n: 1 });
    bus.publish(subject, { node: 'n' }, { n: 2 });
    await eventually('the last is heard', () => heard.includes(2));
    expect(heard).toEqual([1, 2]);
  });
});

describe('request and respond', () => {
  const double = (id: string) => rpc(`test-${id}.{node}.double` as 'test.{node}.double', json, json);

  it('answers', async () => {
    const twice = double('answer');
    other.respond(twice, { node: 'a' }, async ({ n }) => ({ n: n * 2 }));
    await other.flush();
    await expect(bus.request(twice, { node: 'a' }, { n: 21 }, 1_000)).resolves.toEqual({ n: 42 });
  });

  it('is unavailable at once when nobody listens', async () => {
    // A wait would end in `deadline`.
    const asking = bus.request(double('nobody'), { node: 'a' }, { n: 1 }, 5_000);
    await expect(asking).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('gives up in time when nobody answers', async () => {
    const silent = double('silent');
    other.respond(silent, 'all', () => new Promise<never>(() => undefined));
    await other.flush();
    const asking = bus.request(silent, { node: 'a' }, { n: 1 }, 100);
    await expect(asking).rejects.toMatchObject({ code: 'deadline' });
  });

  it('carries faults with their details, and hides bugs', async () => {
    const failing = double('failing');
    const details = [{ field: 'n', message: 'is odd' }];
    other.respond(failing, 'all', ({ n }) => {
      if (n === 1) throw new Fault('conflict', 'odd', { details });
      throw new TypeError('secret');
    });
    await other.flush();
    const fault = await bus.request(failing, { node: 'a' }, { n: 1 }, 1_000).catch((e: unknown) => e);
    expect(fault).toMatchObject({ code: 'conflict', message: 'odd', details });
    const bug = bus.request(failing, { node: 'a' }, { n: 2 }, 1_000);
    await expect(bug).rejects.toMatchObject({ code: 'internal', message: 'internal error' });
  });

  it('refuses a request that cannot be decoded', async () => {
    const strict = double('strict');
    other.respond(strict, 'all', ({ n }) => ({ n }));
    await other.flush();
    const foreign = { ...strict, request: { ...json, encode: () => ({ finish: () => Buffer.from('{') }) } };
    await expect(bus.request(foreign, { node: 'a' }, { n: 1 }, 1_000)).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});

describe('persist', () => {
  it('keeps a message once per id', async () => {
    const { subject, stream } = fixture();
    await expect(applyStreams(server.url, [stream])).resolves.toEqual([
      { name: stream.name, change: 'created' },
    ]);
    const first = await bus.persist(subject, { node: 'a' }, { n: 1 }, { id: 'one' });
    const again = await bus.persist(subject, { node: 'a' }, json.encode({ n: 1 }).finish(), { id: 'one' });
    const second = await bus.persist(subject, { node: 'a' }, { n: 2 }, { id: 'two' });
    expect(first).toEqual({ seq: 1, duplicate: false });
    expect(again).toEqual({ seq: 1, duplicate: true });
    expect(second).toEqual({ seq: 2, duplicate: false });
  });

  it('keeps the messages when a stream is applied again', async () => {
    const { subject, stream } = fixture();
    await applyStreams(server.url, [stream]);
    await bus.persist(subject, { node: 'a' }, { n: 1 }, { id: 'one' });
    const wider = { ...stream, maxAgeMs: stream.maxAgeMs * 2 };
    await expect(applyStreams(server.url, [wider])).resolves.toEqual([
      { name: stream.name, change: 'updated' },
    ]);
    await expect(bus.persist(subject, { node: 'a' }, { n: 2 }, { id: 'two' })).resolves.toMatchObject({
      seq: 2,
    });
  });

  it('is unavailable when no stream takes the subject', async () => {
    const { subject } = fixture();
    const persisting = bus.persist(subject, { node: 'a' }, { n: 1 }, { id: 'x' });
    await expect(persisting).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('refuses what is too large', async () => {
    const { subject } = fixture();
    const persisting = bus.persist(subject, { node: 'a' }, new Uint8Array(2 ** 20), { id: 'x' });
    await expect(persisting).rejects.toMatchObject({ code: 'invalid' });
    expect(() => bus.publish({ ...subject, codec: huge }, { node: 'a' }, { n: 1 })).toThrow(Fault);
  });

  const huge = { ...json, encode: () => ({ finish: () => new Uint8Array(2 ** 20) }) };
});

describe('lease', () => {
  it('puts, gets, lists and deletes, with any key', async () => {
    const lease = await bus.lease('test-lease', 60_000);
    await lease.put('edge.1', 'boot 1');
    await lease.put('edge.2', 'boot 2');
    await lease.put('edge.1', 'boot 3');
    expect(await lease.get('edge.1')).toBe('boot 3');
    const seen = await (await other.lease('test-lease', 60_000)).list();
    expect(seen).toEqual(
      new Map([
        ['edge.1', 'boot 3'],
        ['edge.2', 'boot 2'],
      ]),
    );
    await lease.delete('edge.1');
    expect(await lease.get('edge.1')).toBeUndefined();
    expect(await lease.get('never')).toBeUndefined();
    expect([...(await lease.list()).keys()]).toEqual(['edge.2']);
  });

  it('lapses unless it is put again', async () => {
    const lease = await bus.lease('test-lapse', 1_000);
    await lease.put('kept', 'x');
    await lease.put('left', 'x');
    const left = await eventually(
      'the one that is left lapses',
      async () => {
        await lease.put('kept', 'x');
        const keys = [...(await lease.list()).keys()];
        return keys.includes('left') ? undefined : keys;
      },
      5_000,
    );
    expect(left).toEqual(['kept']);
  });

  it('takes another time to live for a bucket that exists', async () => {
    const long = await bus.lease('test-ttl', 600_000);
    await long.put('k', 'x');
    const short = await bus.lease('test-ttl', 1_000);
    await eventually('it lapses by the new time', async () => (await short.get('k')) === undefined, 5_000);
  });
});
