// What the bus does while its server is killed and started again.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyStreams,
  type Bus,
  busRunnable,
  connectBus,
  consume,
  Fault,
  isFault,
  rpc,
} from '../src/index.js';
import { fixture, json, run } from './_bus.js';
import { eventually } from './_eventually.js';
import { NatsServer } from './_nats-server.js';

let server: NatsServer;
let bus: Bus;

beforeEach(async () => {
  server = await NatsServer.start();
  bus = await connectBus({ url: server.url, name: 'test' });
});

afterEach(async () => {
  await bus?.close();
  await server?.stop();
});

describe('an outage', () => {
  it('fails a persist in bounded time and lets it be repeated with the same id', async () => {
    const { subject, stream } = fixture();
    await applyStreams(server.url, [stream]);
    await bus.persist(subject, { node: 'a' }, { n: 1 }, { id: 'one' });
    let reconnects = 0;
    bus.onReconnect(() => reconnects++);

    await server.kill();
    const startMs = Date.now();
    const during = await bus
      .persist(subject, { node: 'a' }, { n: 2 }, { id: 'two' })
      .catch((e: unknown) => e);
    expect(isFault(during, 'unavailable')).toBe(true);
    expect(Date.now() - startMs).toBeLessThan(15_000);
    await eventually('the loss is known', () => !bus.connected);
    expect(bus.connectedSinceMs).toBeUndefined();
    await expect(bus.persist(subject, { node: 'a' }, { n: 2 }, { id: 'two' })).rejects.toMatchObject({
      code: 'unavailable',
    });
    bus.publish(subject, { node: 'a' }, { n: 99 });

    await server.restart();
    await eventually('it is connected again', () => bus.connected);
    expect(reconnects).toBe(1);
    const again = await eventually('it is persisted', () =>
      bus.persist(subject, { node: 'a' }, { n: 2 }, { id: 'two' }),
    );
    expect(again).toEqual({ seq: 2, duplicate: false });
    await expect(bus.persist(subject, { node: 'a' }, { n: 1 }, { id: 'one' })).resolves.toEqual({
      seq: 1,
      duplicate: true,
    });
  });

  it('fails a waiting request as soon as the connection breaks', async () => {
    const silent = rpc('test.{node}.silent', json, json);
    bus.respond(silent, 'all', () => new Promise<never>(() => undefined));
    await bus.flush();
    const asking = bus.request(silent, { node: 'a' }, { n: 1 }, 60_000).catch((e: unknown) => e);
    await bus.flush();
    await server.kill();
    expect(await asking).toMatchObject({ code: 'unavailable' });
  });

  it('brings subscriptions back', async () => {
    const { subject } = fixture();
    const heard: number[] = [];
    bus.subscribe(subject, 'all', ({ n }) => heard.push(n));
    await server.kill();
    await server.restart();
    await eventually('it is connected again', () => bus.connected);
    await bus.flush();
    bus.publish(subject, { node: 'a' }, { n: 1 });
    await eventually('it is heard', () => heard.length === 1);
  });

  it('loses nothing of a stream and doubles nothing but by redelivery', async () => {
    const { subject, stream, durable } = fixture();
    await applyStreams(server.url, [stream]);
    const seen = new Map<number, number>();
    const doubled: number[] = [];
    const running = run(
      consume(
        bus,
        { ...durable, ackWaitMs: 1_000 },
        async (batch) => {
          // A killed server may deliver again what it had delivered; the same message at two places is another thing.
          for (const { message, seq } of batch) {
            if ((seen.get(message.n) ?? seq) !== seq) doubled.push(message.n);
            seen.set(message.n, seq);
          }
        },
        { maxMessages: 50 },
      ),
    );
    await running.ready;

    const total = 2_000;
    const persistFirmly = async (n: number): Promise<void> => {
      await eventually(
        `message ${n} is persisted`,
        () =>
          bus
            .persist(subject, { node: 'a' }, { n }, { id: `m${n}`, timeoutMs: 1_000 })
            .catch((error: unknown) => {
              if (error instanceof Fault) return undefined;
              throw error;
            }),
        20_000,
      );
    };
    const publishing = (async () => {
      for (let n = 0; n < total; n += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, i) => persistFirmly(n + i)));
      }
    })();
    await eventually('some are handled', () => seen.size > 200);
    await server.kill();
    await server.restart();
    await publishing;
    await eventually('all are handled', () => seen.size === total, 20_000);
    await running.stop();
    expect(doubled).toEqual([]);
  });

  it('makes a lease work again, even when the server forgot its bucket', async () => {
    const lease = await bus.lease('test-lease', 60_000);
    await lease.put('k', 'x');
    await server.kill();
    await eventually('the loss is known', () => !bus.connected);
    await expect(lease.put('k', 'y')).rejects.toMatchObject({ code: 'unavailable' });
    server.forget();
    await server.restart();
    await eventually('it can be put again', () => lease.put('k', 'z').then(() => true));
    expect(await lease.list()).toEqual(new Map([['k', 'z']]));
  });
});

describe('busRunnable', () => {
  it('is ready at once and closes the bus at stop', async () => {
    const running = run(busRunnable(bus));
    await running.ready;
    await running.stop();
    await expect(bus.flush()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('ends its process when the connection is closed for good', async () => {
    const ended = busRunnable(bus).run({ signal: new AbortController().signal, ready: () => undefined });
    await bus.close();
    await expect(ended).rejects.toMatchObject({ code: 'unavailable' });
  });
});
