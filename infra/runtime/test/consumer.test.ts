// A durable consumer against a real server: batches and their settlement.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyStreams,
  type Bus,
  connectBus,
  consume,
  type Delivery,
  deadLetterStream,
  durableProgress,
  type Handle,
} from '../src/index.js';
import { applied, fixture, type Message, QUICK, run } from './_bus.js';
import { eventually } from './_eventually.js';
import { NatsServer } from './_nats-server.js';

let server: NatsServer;
let bus: Bus;

beforeAll(async () => {
  server = await NatsServer.start();
  await applyStreams(server.url, [deadLetterStream]);
  bus = await connectBus({ url: server.url, name: 'test' });
});

afterAll(async () => {
  await bus?.close();
  await server?.stop();
});

/** Holds a handler until it is let go. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('consume', () => {
  it('is ready only when its stream is there', async () => {
    const { durable, stream } = fixture();
    const running = run(consume(bus, durable, async () => undefined, QUICK));
    expect(running.isReady()).toBe(false);
    await applyStreams(server.url, [stream]);
    await running.ready;
    await running.stop();
  });

  it('hands over everything gathered at once, in order, one batch at a time', async () => {
    const { durable, persist } = await applied(server, bus);
    const batches: number[][] = [];
    const first = gate();
    let working = 0;
    let mostWorking = 0;
    const running = run(
      consume(
        bus,
        durable,
        async (batch) => {
          mostWorking = Math.max(mostWorking, ++working);
          batches.push(batch.map(({ message }) => message.n));
          if (batches.length === 1) await first.opened;
          working--;
        },
        { maxMessages: 5 },
      ),
    );
    await running.ready;
    await persist(0);
    await eventually('the first is in hand', () => batches.length === 1);
    for (let n = 1; n <= 7; n++) await persist(n);
    first.open();
    await eventually('all are handled', () => batches.flat().length === 8);
    expect(batches[1]).toEqual([1, 2, 3, 4, 5]);
    expect(batches.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(mostWorking).toBe(1);
    await running.stop();
  });

  it('tells what it knows of a delivery', async () => {
    const { durable, persist, subject } = await applied(server, bus);
    const seen: Delivery<Message>[] = [];
    const running = run(consume(bus, durable, async (batch) => void seen.push(...batch), QUICK));
    await persist(7);
    const delivery = await eventually('it is delivered', () => seen[0]);
    expect(delivery).toMatchObject({ message: { n: 7 }, messageId: '7', seq: 1, deliveryCount: 1 });
    expect(delivery.subject).toBe(subject.of({ node: 'a' }));
    expect(JSON.parse(Buffer.from(delivery.bytes).toString())).toEqual({ n: 7 });
    await running.stop();
  });

  it('acks what the handler left, and retries what it says', async () => {
    const { durable, persist } = await applied(server, bus);
    const seen: string[] = [];
    const handle: Handle<Message> = async (batch) => {
      for (const delivery of batch) {
        seen.push(`${delivery.message.n}:${delivery.deliveryCount}`);
        if (delivery.message.n === 1 && delivery.deliveryCount === 1) delivery.retry(20);
      }
    };
    const running = run(consume(bus, durable, handle, QUICK));
    await Promise.all([persist(1), persist(2)]);
    await eventually('the retry comes', () => seen.includes('1:2'));
    await running.stop();
    const again = run(consume(bus, durable, handle, QUICK));
    await persist(3);
    await eventually('a later one comes', () => seen.includes('3:1'));
    await again.stop();
    expect(seen.toSorted()).toEqual(['1:1', '1:2', '2:1', '3:1']);
  });

  it('keeps a slow handler from getting its messages again', async () => {
    const { durable, persist } = await applied(server, bus);
    const counts: number[] = [];
    const slow = gate();
    const handle: Handle<Message> = async (batch) => {
      counts.push(...batch.map(({ deliveryCount }) => deliveryCount));
      if (counts.length === 1) await slow.opened;
    };
    const running = run(consume(bus, { ...durable, ackWaitMs: 300 }, handle, QUICK));
    await persist(1);
    await eventually('it is in hand', () => counts.length === 1);
    // Gathered meanwhile, so it waits as long as the one in hand.
    await persist(2);
    const startMs = Date.now();
    await eventually('the ack wait is long over', () => Date.now() - startMs > 1_200);
    slow.open();
    await eventually('both are handled', () => counts.length === 2);
    await running.stop();
    expect(counts).toEqual([1, 1]);
  });

  it('gives back at stop what it had not handed over', async () => {
    const { durable, persist } = await applied(server, bus);
    const seen: number[] = [];
    const slow = gate();
    const first = run(
      consume(
        bus,
        { ...durable, ackWaitMs: 60_000 },
        async (batch) => {
          seen.push(...batch.map(({ message }) => message.n));
          await slow.opened;
        },
        QUICK,
      ),
    );
    await persist(1);
    await eventually('it is in hand', () => seen.length === 1);
    await persist(2);
    const stopped = first.stop();
    slow.open();
    await stopped;
    const heir: number[] = [];
    const second = run(
      consume(
        bus,
        { ...durable, ackWaitMs: 60_000 },
        async (batch) => void heir.push(...batch.map(({ message }) => message.n)),
        QUICK,
      ),
    );
    await eventually('the heir gets it long before the ack wait', () => heir.includes(2));
    await second.stop();
    expect(seen).toEqual([1]);
    expect(heir).toEqual([2]);
  });

  it('gives back what was on its way when it stopped', async () => {
    const { durable, persist } = await applied(server, bus);
    const seen = new Set<number>();
    const handle: Handle<Message> = async (batch) => {
      for (const { message } of batch) seen.add(message.n);
    };
    const patient = { ...durable, ackWaitMs: 60_000 };
    const ROUNDS = 10;
    const EACH = 100;
    for (let round = 0; round < ROUNDS; round++) {
      const running = run(consume(bus, patient, handle, QUICK));
      await running.ready;
      const sent = Array.from({ length: EACH }, (_, n) => persist(round * EACH + n));
      await eventually('some have come', () => seen.size > round);
      await Promise.all([...sent, running.stop()]);
    }
    const heir = run(consume(bus, patient, handle, QUICK));
    await eventually('all are handled long before the ack wait', () => seen.size === ROUNDS * EACH, 5_000);
    await heir.stop();
  });
});

describe('durableProgress', () => {
  it('says where the stream ends, what is settled, and when nothing is left', async () => {
    const { durable, persist } = await applied(server, bus);
    const { opened, open } = gate();
    const running = run(consume(bus, durable, () => opened, QUICK));
    await running.ready;
    expect(await durableProgress(bus, durable)).toEqual({ last: 0, settled: 0, idle: true });
    for (const n of [1, 2, 3]) await persist(n);
    expect(await durableProgress(bus, durable)).toEqual({ last: 3, settled: 0, idle: false });
    open();
    await eventually('nothing left', async () => (await durableProgress(bus, durable)).idle);
    expect(await durableProgress(bus, durable)).toEqual({ last: 3, settled: 3, idle: true });
    await running.stop();
  });
});
