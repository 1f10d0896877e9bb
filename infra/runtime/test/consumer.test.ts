// A durable consumer against a real server: batches, settlement, back-off, dead letters.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyStreams,
  type Bus,
  connectBus,
  consume,
  type Delivery,
  deadLetterStream,
  deadLetters,
  Fault,
  type Handle,
} from '../src/index.js';
import { fixture, run } from './_bus.js';
import { eventually } from './_eventually.js';
import { NatsServer } from './_nats-server.js';

type Message = { readonly n: number };

const QUICK = { maxMessages: 100, backoffMs: [50, 100, 150, 200, 250] };

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

async function applied() {
  const made = fixture();
  await applyStreams(server.url, [made.stream]);
  const persist = (n: number, bytes?: Uint8Array) =>
    bus.persist(made.subject, { node: 'a' }, bytes ?? { n }, { id: String(n) });
  const dead = async () =>
    (await deadLetters(bus).list({ limit: 100 })).filter(({ durable }) => durable === made.durable.name);
  return { ...made, persist, dead };
}

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
    const { durable, persist } = await applied();
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
    const { durable, persist, subject } = await applied();
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
    const { durable, persist } = await applied();
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
    const { durable, persist } = await applied();
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
    const { durable, persist } = await applied();
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
});

describe('failures', () => {
  it('dead-letters at once what cannot be decoded, with the reason', async () => {
    const { durable, persist, dead, subject } = await applied();
    const seen: number[] = [];
    const running = run(
      consume(bus, durable, async (batch) => void seen.push(...batch.map(({ message }) => message.n)), QUICK),
    );
    await persist(1, Buffer.from('{"n":'));
    await persist(2);
    const [letter] = await eventually('it is dead-lettered', async () => {
      const found = await dead();
      return found.length === 1 ? found : undefined;
    });
    await eventually('the next one is handled', () => seen.includes(2));
    expect(letter).toMatchObject({ durable: durable.name, subject: subject.of({ node: 'a' }), size: 5 });
    expect(letter?.reason).toMatch(/^undecodable: /);
    expect(Buffer.from(letter?.preview ?? '', 'base64').toString()).toBe('{"n":');
    await running.stop();
  });

  it('retries a handler that throws, later each time, and gives up at the fifth', async () => {
    const { durable, persist, dead, stream } = await applied();
    const at: number[] = [];
    const handled: number[] = [];
    const handle: Handle<Message> = async (batch) => {
      if (batch.some(({ message }) => message.n === 13)) {
        at.push(Date.now());
        throw new Error('cannot do 13');
      }
      handled.push(...batch.map(({ message }) => message.n));
    };
    const running = run(consume(bus, durable, handle, QUICK));
    await persist(13);
    await eventually('it is dead-lettered', async () => (await dead()).length === 1);
    expect(at).toHaveLength(5);
    const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
    for (const [index, gap] of gaps.entries())
      expect(gap).toBeGreaterThanOrEqual((QUICK.backoffMs[index] ?? 0) - 5);

    const [letter] = await dead();
    expect(letter?.reason).toBe('internal: cannot do 13');
    const detail = await deadLetters(bus).get(letter?.id ?? '');
    expect(detail).toMatchObject({ stream: stream.name, sequence: '1', messageId: '13' });
    await persist(14);
    await eventually('the next one is handled', () => handled.includes(14));
    await running.stop();
    expect(at).toHaveLength(5);
  });

  it('does not let a poisonous message take its neighbours along', async () => {
    const { durable, persist, dead } = await applied();
    const handled = new Set<number>();
    const handle: Handle<Message> = async (batch) => {
      if (batch.some(({ message }) => message.n === 3)) throw new TypeError('a bug');
      for (const { message } of batch) handled.add(message.n);
    };
    await Promise.all([0, 1, 2, 3, 4, 5].map((n) => persist(n)));
    const running = run(consume(bus, durable, handle, QUICK));
    await eventually('it is dead-lettered', async () => (await dead()).length === 1);
    await eventually('its neighbours are handled', () => handled.size === 5);
    await running.stop();
    expect(await dead()).toHaveLength(1);
  });

  it('never gives up while a fault says that it passes', async () => {
    const { durable, persist, dead } = await applied();
    let attempts = 0;
    let healed = false;
    const handle: Handle<Message> = async () => {
      attempts++;
      if (attempts % 2 === 0) throw new Fault('deadline', 'the database is slow');
      if (attempts < 9) throw new Fault('unavailable', 'the database is away');
      healed = true;
    };
    const running = run(consume(bus, durable, handle, { maxMessages: 10, backoffMs: [10] }));
    await persist(1);
    await eventually('it is handled after all', () => healed);
    await running.stop();
    expect(attempts).toBe(9);
    expect(await dead()).toEqual([]);
  });

  it('dead-letters what the handler gives up itself', async () => {
    const { durable, persist, dead } = await applied();
    const handle: Handle<Message> = async ([delivery]) => delivery?.deadLetter('makes\r\nno sense');
    const running = run(consume(bus, durable, handle, QUICK));
    await persist(1);
    const [letter] = await eventually('it is dead-lettered', async () => {
      const found = await dead();
      return found.length > 0 ? found : undefined;
    });
    expect(letter?.reason).toBe('makes no sense');
    await running.stop();
  });
});

describe('dead letters', () => {
  it('are listed newest first, page by page, and discarded', async () => {
    const { durable, persist, dead } = await applied();
    const running = run(consume(bus, durable, async () => undefined, QUICK));
    for (let n = 0; n < 5; n++) await persist(n, Buffer.from(`bad ${n}`));
    const all = await eventually('all are dead', async () => {
      const found = await dead();
      return found.length === 5 ? found : undefined;
    });
    await running.stop();
    const text = ({ preview }: { preview: string }) => Buffer.from(preview, 'base64').toString();
    expect(all.map(text)).toEqual(['bad 4', 'bad 3', 'bad 2', 'bad 1', 'bad 0']);

    const letters = deadLetters(bus);
    await letters.discard(all[1]?.id ?? '');
    await expect(letters.get(all[1]?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
    const page = await letters.list({ limit: 2, before: all[0]?.id ?? '' });
    expect(page.map(text)).toEqual(['bad 2', 'bad 1']);
  });

  it('are published again under a new id, and are gone then', async () => {
    const { durable, persist, dead } = await applied();
    const seen: string[] = [];
    let broken = true;
    const handle: Handle<Message> = async ([delivery]) => {
      if (broken) return delivery?.deadLetter('not yet');
      seen.push(`${delivery?.message.n} ${delivery?.messageId}`);
    };
    const running = run(consume(bus, durable, handle, QUICK));
    await persist(7);
    const [letter] = await eventually('it is dead-lettered', async () => {
      const found = await dead();
      return found.length > 0 ? found : undefined;
    });
    broken = false;
    await deadLetters(bus).retry(letter?.id ?? '');
    await eventually('it is handled', () => seen.length === 1);
    await running.stop();
    expect(seen[0]).toMatch(/^7 dead-letter:/);
    expect(await dead()).toEqual([]);
  });

  it.each(['999999999', '0', '-1', 'x', ''])('knows no %j', async (id) => {
    const letters = deadLetters(bus);
    await expect(letters.get(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(letters.retry(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(letters.discard(id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
