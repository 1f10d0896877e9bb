// What one person watching is told: the snapshot first, nothing twice, nothing old.
import { Fault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { aboutMetric, aboutPresence, itemsOf, presenceAge } from './encode.js';
import { EventStream } from './event-stream.js';
import { Watcher } from './watcher.js';

const reading = (deviceId: string, timeMs: number, value: number) =>
  itemsOf({
    event: {
      $case: 'readings',
      value: { items: [{ deviceId, metric: 'power_w', timeMs, value, intervalS: 10 }] },
    },
  });
const presence = (deviceId: string, epoch: bigint, online: boolean) =>
  itemsOf({
    event: { $case: 'presence', value: { deviceId, online, epoch, edge: 'edge-1', reason: '', atMs: 0 } },
  });

function watching(deviceId?: string, allowed: () => Promise<readonly string[]> = async () => ['org']) {
  const stream = new EventStream();
  const confined = deviceId === undefined ? {} : { deviceId };
  const watcher = new Watcher({ stream, organizations: ['org'], allowed, ...confined });
  const events = async () => {
    stream.finish();
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text.split('\n\n').filter((event) => event !== '');
  };
  return { watcher, stream, events };
}

describe('a watcher', () => {
  it('gets the snapshot first and then what it does not know', async () => {
    const { watcher, events } = watching();
    watcher.tell(reading('a', 1_000, 1));
    watcher.tell(reading('a', 2_000, 2));
    watcher.tell(presence('a', 4n, false));
    watcher.tell(presence('a', 5n, false));
    const known = new Map([
      [aboutMetric('a', 'power_w'), 1_000],
      [aboutPresence('a'), presenceAge(5n, true)],
    ]);
    watcher.begin({ devices: [] }, known);
    watcher.tell(reading('a', 500, 3));
    const [first, ...rest] = await events();
    expect(first).toBe('event: snapshot\ndata: {"devices":[]}');
    expect(rest).toHaveLength(3);
    expect(rest[0]).toBe(
      'event: reading\ndata: {"device_id":"a","metric":"power_w","time":"1970-01-01T00:00:02.000Z","value":2,"unit":"W"}',
    );
    expect(rest[1]).toContain('"online":false,"epoch":5');
    expect(rest[2]).toContain('"value":3');
  });

  it('hears of one device only when it asked for one', async () => {
    const { watcher, events } = watching('a');
    watcher.begin({}, new Map());
    watcher.tell([...reading('b', 1, 1), ...reading('a', 1, 2)]);
    const [, ...rest] = await events();
    expect(rest).toHaveLength(1);
    expect(rest[0]).toContain('"device_id":"a"');
  });

  it('is let go when too much happens before the snapshot is there', async () => {
    const { watcher, stream, events } = watching();
    for (let index = 0; index <= 1_000; index++) watcher.tell(reading('a', index, index));
    expect(stream.over).toBe(true);
    expect(await events()).toEqual(['event: error\ndata: {"code":"exhausted","detail":"too slow"}']);
  });

  it.each([
    ['goes on while it may watch', async () => ['org', 'other'], false],
    ['goes on while nobody can tell', () => Promise.reject(new Fault('unavailable', 'away')), false],
    ['ends when it left the organization', async () => ['other'], true],
    ['ends when its token is no longer good', () => Promise.reject(new Fault('unauthenticated', 'no')), true],
  ])('%s', async (_, allowed, over) => {
    const { watcher, stream } = watching(undefined, allowed);
    watcher.begin({}, new Map());
    await watcher.recheck();
    expect(stream.over).toBe(over);
  });
});
