// Dead letters can be seen, tried again and thrown away.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyStreams,
  type Bus,
  connectBus,
  consume,
  deadLetterStream,
  deadLetters,
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

describe('dead letters', () => {
  it('are listed newest first, page by page, and discarded', async () => {
    const { durable, persist, dead } = await applied(server, bus);
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
    const { durable, persist, dead } = await applied(server, bus);
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
