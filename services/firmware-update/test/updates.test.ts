// Update steps from the bus to the list of updates, on a real NATS and Postgres.
import { eventually, type TestPostgres } from '@mooring/harness';
import { type bus, device, type firmware, live, uplink } from '@mooring/proto';
import { type Bus, connectBus, deadLetters, isFault, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, service } from './_service.js';

const organization = uuidv7();
let running: Service;
let postgres: TestPostgres;
let edge: Bus;
let ask: (deviceId: string, limit?: number, cursor?: string) => Promise<firmware.ListUpdatesResponse>;
const told: bus.LiveUpdate[] = [];
let batches = 0;

beforeAll(async () => {
  running = await service();
  ({ postgres } = running);
  const { updates, nats } = running;
  ask = (deviceId, limit = 0, cursor = '') => updates.listUpdates({ deviceId, limit, cursor });
  edge = await connectBus({ url: nats.url, name: 'edge-1' });
  edge.subscribe(live.event, { organization }, ({ event }) => {
    if (event?.$case === 'update') told.push(event.value);
  });
});

afterAll(async () => {
  await edge?.close();
  await running?.stop();
});

type Reported = Partial<bus.UpdateRecord> & { readonly status: string; readonly sequence: number };

/** Publishes steps as an edge does; the same id is the same batch. */
function report(deviceId: string, steps: readonly Reported[], epoch = 1n): Promise<unknown> {
  const batch: bus.UpdateBatch = {
    organizations: [{ id: organization, timeZone: 'UTC' }],
    sources: [{ deviceNumber: 1n, deviceId, organization: 0, epoch, dialect: 'nerveshub' }],
    records: steps.map((step) => ({
      source: 0,
      timeMs: 1_700_000_000_000 + step.sequence,
      reason: '',
      ...step,
    })),
  };
  return edge.persist(uplink.update, { node: 'edge-1' }, batch, { id: `test-${++batches}` });
}

const whole: readonly Reported[] = [
  { sequence: 1, status: 'received' },
  { sequence: 2, status: 'updating', progress: 0 },
  { sequence: 3, status: 'started' },
  { sequence: 4, status: 'updating', progress: 100 },
  { sequence: 5, status: 'completed' },
];

function untilListed(deviceId: string, statuses: readonly string[]) {
  return eventually(async () => {
    const { items } = await ask(deviceId);
    expect(items.map(({ status }) => status)).toEqual(statuses);
    return items;
  });
}

describe('updates', () => {
  it('keeps a whole update as one row and tells whoever watches of each step', async () => {
    const deviceId = uuidv7();
    await report(deviceId, whole.slice(0, 2));
    await report(deviceId, whole.slice(2));
    const [update] = await untilListed(deviceId, ['completed']);
    expect(update).toMatchObject({ startedAtMs: 1_700_000_000_001, endedAtMs: 1_700_000_000_004 });
    const mine = await eventually(() => {
      const events = told.filter((event) => event.deviceId === deviceId);
      return events.length >= 4 && events;
    });
    expect(mine.map(({ status }) => status)).toEqual(['received', 'updating', 'started', 'completed']);
  });

  it('changes nothing when a batch comes again under another id', async () => {
    const deviceId = uuidv7();
    await report(deviceId, [...whole, { sequence: 6, status: 'received' }]);
    await report(deviceId, [...whole, { sequence: 6, status: 'received' }]);
    await report(deviceId, [{ sequence: 7, status: 'ignored', reason: 'no thanks' }]);
    const [ignored] = await untilListed(deviceId, ['ignored', 'completed']);
    expect(ignored?.reason).toBe('no thanks');
  });

  it('ends an update in flight when the next one is received, across sessions', async () => {
    const deviceId = uuidv7();
    await report(deviceId, whole.slice(0, 3), 1n);
    await report(deviceId, [{ sequence: 1, status: 'received' }], 2n);
    await untilListed(deviceId, ['received', 'expired']);
  });

  it('lists page by page, newest first', async () => {
    const deviceId = uuidv7();
    const failures = Array.from({ length: 5 }, (_, index): Reported[] => [
      { sequence: index * 2 + 1, status: 'received' },
      { sequence: index * 2 + 2, status: 'failed', reason: `attempt ${index}` },
    ]);
    await report(deviceId, failures.flat());
    await untilListed(deviceId, Array(5).fill('failed'));
    const seen: string[] = [];
    for (let cursor = '', more = true; more; more = cursor !== '') {
      const page = await ask(deviceId, 2, cursor);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ reason }) => reason));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['attempt 4', 'attempt 3', 'attempt 2', 'attempt 1', 'attempt 0']);
  });

  it('refuses what cannot be asked', async () => {
    const invalid = (error: unknown) => isFault(error, 'invalid');
    await expect(ask('nonsense')).rejects.toSatisfy(invalid);
    await expect(ask(uuidv7(), 501)).rejects.toSatisfy(invalid);
    await expect(ask(uuidv7(), 1, 'nonsense')).rejects.toSatisfy(invalid);
  });

  it('sets a batch aside that points nowhere, and goes on', async () => {
    const deviceId = uuidv7();
    await report(deviceId, [{ sequence: 1, status: 'received', source: 9 }]);
    await report(deviceId, [{ sequence: 2, status: 'received' }]);
    await untilListed(deviceId, ['received']);
    const [letter] = await deadLetters(edge).list({ limit: 10 });
    expect(letter).toMatchObject({ durable: 'firmware-status' });
  });

  it('waits for the database, and takes up where it was', async () => {
    const deviceId = uuidv7();
    await postgres.kill();
    await report(deviceId, [{ sequence: 1, status: 'received' }]);
    await postgres.restart();
    await eventually(() => untilListed(deviceId, ['received']), { withinMs: 20_000 });
  }, 40_000);

  it('forgets a device that is deleted', async () => {
    const deviceId = uuidv7();
    await report(deviceId, whole);
    await untilListed(deviceId, ['completed']);
    const deleted = { deviceId, deviceNumber: 1n, organizationId: organization, atMs: 0 };
    await edge.persist(device.deleted, { device: deviceId }, deleted, { id: `deleted-${deviceId}` });
    await untilListed(deviceId, []);
  });
});
