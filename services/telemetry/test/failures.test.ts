// What happens when Postgres dies, when a consumer dies after its commit, and when a batch is poison.
import { eventually } from '@mooring/harness';
import { type bus, uplink } from '@mooring/proto';
import { isFault, uuidv7 } from '@mooring/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batchOf, startService, type TestService } from './_service.js';

const RAW = 'SELECT count(*) FROM reading WHERE device_number = $1';
const ROLLED = 'SELECT coalesce(sum(count), 0) FROM rollup_day WHERE device_number = $1';
const now = Date.now();
let service: TestService;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service?.stop());

afterEach(async () => {
  await service.sql.query('ALTER TABLE reading DROP CONSTRAINT IF EXISTS no_poison');
});

async function deadLetters() {
  const { items } = await service.client.listDeadLetters({ limit: 0, cursor: '' });
  return items;
}

describe('Postgres killed in the middle', () => {
  it('loses nothing and stores nothing twice', async () => {
    let sent = 0;
    const send = async (): Promise<void> => {
      sent++;
      await service.send(batchOf(1n, [{ timeMs: now + sent, value: sent }]));
    };
    for (let round = 0; round < 50; round++) await send();
    await eventually(async () => (await service.number(RAW, 1n)) > 0);
    const killed = service.postgres.kill();
    for (let round = 0; round < 50; round++) await send();
    await killed;
    for (let round = 0; round < 50; round++) await send();
    await service.postgres.restart();
    for (let round = 0; round < 50; round++) await send();
    await eventually(async () => (await service.number(RAW, 1n)) >= sent, { withinMs: 25_000 });
    await eventually(async () => (await service.number(ROLLED, 1n)) >= sent, { withinMs: 25_000 });
    expect(await service.number(RAW, 1n)).toBe(sent);
    expect(await service.number(ROLLED, 1n)).toBe(sent);
    expect(await deadLetters()).toEqual([]);
  });
});

describe('a batch that comes again after its commit, because its ack was lost', () => {
  it('is stored once', async () => {
    const batches = Array.from({ length: 10 }, (_, index) =>
      batchOf(2n, [{ timeMs: now + index, value: 1 }]),
    );
    for (const batch of batches) await service.send(batch);
    await eventually(async () => (await service.number(ROLLED, 2n)) === 10);
    for (const batch of batches) await service.send(batch);
    await service.send(batchOf(3n, [{ timeMs: now, value: 1 }]));
    await eventually(async () => (await service.number(ROLLED, 3n)) === 1);
    expect(await service.number(RAW, 2n)).toBe(10);
    expect(await service.number(ROLLED, 2n)).toBe(10);
  });
});

describe('poison', () => {
  it('that is malformed is dead-lettered at once, alone, and can be listed, shown and discarded', async () => {
    const bad: bus.ReadingBatch = { ...batchOf(4n, [{ timeMs: now, value: 1 }]), metric: [9] };
    await service.send(batchOf(4n, [{ timeMs: now, value: 1 }]));
    await service.send(bad);
    await service.edge.persist(uplink.reading, { node: 'n' }, Buffer.from([255]), { id: uuidv7() });
    await service.send(batchOf(4n, [{ timeMs: now, value: 2 }]));
    await eventually(async () => (await service.number(ROLLED, 4n)) === 2);
    const letters = await eventually(async () => {
      const found = await deadLetters();
      return found.length === 2 && found;
    });
    const malformed = letters.find(({ reason }) => reason === 'invalid: reading 0: no such metric');
    expect(malformed).toMatchObject({ durable: 'telemetry-readings', subject: 'telemetry.reading.edge-1' });
    expect(letters.filter(({ reason }) => reason.startsWith('undecodable'))).toHaveLength(1);
    const { deadLetter } = await service.client.getDeadLetter({ id: malformed?.id ?? '' });
    expect(deadLetter).toEqual(malformed);
    for (const { id } of letters) await service.client.discardDeadLetter({ id });
    expect(await deadLetters()).toEqual([]);
    const gone = await service.client
      .getDeadLetter({ id: malformed?.id ?? '' })
      .catch((error: unknown) => error);
    expect(isFault(gone, 'not_found')).toBe(true);
  });

  it('that Postgres refuses holds up nobody, is dead-lettered after five attempts and can be retried', async () => {
    await service.sql.query('ALTER TABLE reading ADD CONSTRAINT no_poison CHECK (value <> 666)');
    await service.send(batchOf(5n, [{ timeMs: now, value: 1 }]));
    await service.send(batchOf(5n, [{ timeMs: now, value: 666 }]));
    await service.send(batchOf(5n, [{ timeMs: now, value: 2 }]));
    await eventually(async () => (await service.number(RAW, 5n)) === 2);
    const [letter] = await eventually(
      async () => {
        const found = await deadLetters();
        return found.length > 0 && found;
      },
      { withinMs: 28_000 },
    );
    expect(letter?.durable).toBe('telemetry-readings');
    expect(letter?.reason).toMatch(/^invalid: /);
    await service.sql.query('ALTER TABLE reading DROP CONSTRAINT no_poison');
    await service.client.retryDeadLetter({ id: letter?.id ?? '' });
    await eventually(async () => (await service.number(RAW, 5n)) === 3);
    expect(await service.number(ROLLED, 5n)).toBe(3);
    expect(await deadLetters()).toEqual([]);
  }, 60_000);
});
