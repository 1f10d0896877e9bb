// What is gathered comes out as it went in; what is not acknowledged is sent again, in order where order counts.

import { bus } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import type { AdmittedDevice } from '../dialects/dialect.js';
import { Budget } from './budget.js';
import { Lane } from './lane.js';
import { Outgoing, type OutgoingBatch } from './outgoing.js';
import { ReadingBuilder } from './readings.js';
import { logBuilder } from './records.js';

const device = (number: bigint): AdmittedDevice => ({
  id: `id-${number}`,
  number,
  organizationId: number < 10n ? 'one' : 'other',
  timeZone: 'Europe/Sofia',
  epoch: number + 100n,
  identifier: String(number),
});
const reading = (of: AdmittedDevice, value: number, timeMs = 1_700_000_000_000) =>
  ({ kind: 'reading', device: of, metric: 'power_w', timeMs, value, intervalS: 60 }) as const;
const header = { node: 'n', boot: 'b', sequence: 1n, traceparents: [] };

describe('ReadingBuilder', () => {
  it('names every device and organization once and keeps each reading whole', () => {
    const builder = new ReadingBuilder();
    const [first, second] = [device(1n), device(11n)];
    builder.add(reading(first, 42), 'kinetid', 1);
    builder.add(reading(second, 43.5, 1_699_999_940_000), 'kinetid', 7);
    builder.add({ ...reading(first, 44), report: { boot: 'x', seq: 3, entry: 1 } }, 'kinetid', 2);
    const batch = bus.ReadingBatch.decode(builder.encode(header));
    expect(batch.sources.map(({ deviceNumber, organization }) => [deviceNumber, organization])).toEqual([
      [1n, 0],
      [11n, 1],
    ]);
    expect(batch.source).toEqual([0, 1, 0]);
    expect(batch.value).toEqual([42, 43.5, 44]);
    expect(batch.timeOffsetMs).toEqual([0, -60_000, 0]);
    expect(batch.sequence).toEqual([1, 7, 2]);
    expect(batch.reports).toEqual([{ reading: 2, boot: 'x', seq: 3, entry: 1 }]);
  });

  it('refuses what telemetry could not store, and nothing else with it', () => {
    const builder = new ReadingBuilder();
    expect(builder.add(reading(device(1n), Number.NaN), 'kinetid', 1)).toBe('value_not_finite');
    expect(builder.add({ ...reading(device(1n), 1), metric: 'Power W' }, 'kinetid', 2)).toBe('metric_name');
    expect(builder.add(reading(device(1n), 1), 'kinetid', 3)).toBeUndefined();
    expect(builder.add(reading(device(1n), 1, 0), 'kinetid', 4)).toBe('time_out_of_range');
    expect(bus.ReadingBatch.decode(builder.encode(header)).sequence).toEqual([3]);
  });
});

describe('logBuilder', () => {
  it('refuses a record that would not fit a bus message', () => {
    const builder = logBuilder();
    const log = {
      kind: 'log',
      device: device(1n),
      name: 'n',
      level: 'info',
      message: 'm',
      timeMs: 1,
    } as const;
    expect(builder.add({ ...log, fields: { text: 'x'.repeat(200_000) } }, 'berg', 1)).toBe('record_too_big');
    expect(builder.add({ ...log, fields: { a: 1 } }, 'berg', 2)).toBeUndefined();
    expect(bus.LogBatch.decode(builder.encode(header)).records.map(({ fieldsJson }) => fieldsJson)).toEqual([
      '{"a":1}',
    ]);
  });
});

/** An Outgoing whose bus fails as long as `failures` holds faults. */
function outgoing(failures: Fault[], maxInFlight = 1) {
  const attempts: string[] = [];
  const outcomes: string[] = [];
  const budget = new Budget(1_000);
  const queue = new Outgoing({
    budget,
    maxInFlight,
    persist: async ({ id }) => {
      attempts.push(id);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
    },
    durable: ({ id }) => outcomes.push(`durable ${id}`),
    lost: ({ id }, reason) => outcomes.push(`lost ${id}: ${reason}`),
    retried: (reason) => outcomes.push(`retried: ${reason}`),
  });
  const batch = (id: string, receipts: OutgoingBatch['receipts'] = []): OutgoingBatch => {
    return { id, bytes: new Uint8Array(100), count: 1, begunMs: 0, traceparents: [], receipts };
  };
  return { queue, batch, budget, attempts, outcomes };
}

describe('Outgoing', () => {
  it('sends an unacknowledged batch again under the same id, before the ones behind it', async () => {
    const { queue, batch, budget, attempts, outcomes } = outgoing([new Fault('unavailable', 'away')]);
    queue.send(batch('1'));
    queue.send(batch('2'));
    expect(budget.usedBytes).toBe(200);
    await queue.drained();
    expect(attempts).toEqual(['1', '1', '2']);
    expect(outcomes).toEqual(['retried: unavailable', 'durable 1', 'durable 2']);
    expect(budget.usedBytes).toBe(0);
  });

  it('gives up, counted, only what the bus will never take, and tells who waited', async () => {
    const { queue, batch, outcomes } = outgoing([new Fault('invalid', 'too large')]);
    const receipts: string[] = [];
    queue.send(batch('1', [(outcome) => receipts.push(outcome)]));
    queue.send(batch('2', [(outcome) => receipts.push(outcome)]));
    await queue.drained();
    expect(outcomes).toEqual(['lost 1: too large', 'durable 2']);
    expect(receipts).toEqual(['shed', 'durable']);
  });
});

describe('Budget', () => {
  it('sheds connections, viewers, telemetry and commands, in this order', () => {
    const budget = new Budget(100);
    const shed = () =>
      (['connections', 'viewers', 'telemetry', 'commands'] as const).filter((what) => budget.sheds(what))
        .length;
    const seen = [0, 50, 70, 85, 100].map((used) => {
      budget.take(used - budget.usedBytes);
      return shed();
    });
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('Lane', () => {
  it('makes one message of what comes within the gathering time', async () => {
    const sent: OutgoingBatch[] = [];
    const { queue } = outgoing([]);
    queue.send = (batch) => void sent.push(batch);
    const options = {
      node: 'n',
      boot: 'b',
      lane: 'reading',
      outgoing: queue,
      flushMs: 5,
      maxCount: 3,
      maxBytes: 1_000_000,
    };
    const lane = new Lane({ ...options, builder: () => new ReadingBuilder() });
    for (let i = 0; i < 2; i++) lane.add(reading(device(1n), i), 'kinetid', i, undefined, undefined);
    expect(sent).toEqual([]);
    await expect.poll(() => sent.length === 1).toBeTruthy();
    for (let i = 0; i < 3; i++) lane.add(reading(device(1n), i), 'kinetid', i, undefined, undefined);
    expect(sent.map(({ id, count }) => [id, count])).toEqual([
      ['n.b.reading.1', 2],
      ['n.b.reading.2', 3],
    ]);
  });
});
