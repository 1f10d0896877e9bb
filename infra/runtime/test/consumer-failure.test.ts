// What becomes of messages that a consumer cannot handle.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyStreams,
  type Bus,
  connectBus,
  consume,
  deadLetterStream,
  deadLetters,
  Fault,
  type Handle,
} from '../src/index.js';
import { applied, type Message, QUICK, run } from './_bus.js';
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

describe('a consumer', () => {
  it('dead-letters at once what cannot be decoded, with the reason', async () => {
    const { durable, persist, dead, subject } = await applied(server, bus);
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
    const { durable, persist, dead, stream } = await applied(server, bus);
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
    const { durable, persist, dead } = await applied(server, bus);
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
    const { durable, persist, dead } = await applied(server, bus);
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
    const { durable, persist, dead } = await applied(server, bus);
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
