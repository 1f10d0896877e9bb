// The buffer between the stream and the handler is bounded and loses nothing.
import { describe, expect, it } from 'vitest';
import { Gather } from './gather.js';

const item = (length: number, alone = false) => ({ bytes: { length }, alone });
const never = new AbortController().signal;

describe('gather', () => {
  it('hands over everything gathered, up to the bound', () => {
    const gather = new Gather<ReturnType<typeof item>>({ maxMessages: 3, maxBytes: 1000 }, never);
    for (let i = 0; i < 5; i++) gather.push(item(i));
    expect(gather.take(() => false).map(({ bytes }) => bytes.length)).toEqual([0, 1, 2]);
    expect(gather.take(() => false).map(({ bytes }) => bytes.length)).toEqual([3, 4]);
    expect(gather.take(() => false)).toEqual([]);
  });

  it('stops at the byte bound, but always takes one', () => {
    const gather = new Gather<ReturnType<typeof item>>({ maxMessages: 10, maxBytes: 100 }, never);
    for (const length of [500, 60, 60, 60]) gather.push(item(length));
    expect(gather.take(() => false)).toHaveLength(1);
    expect(gather.take(() => false)).toHaveLength(2);
    expect(gather.take(() => false)).toHaveLength(1);
  });

  it('takes one that is alone by itself', () => {
    const gather = new Gather<ReturnType<typeof item>>({ maxMessages: 10, maxBytes: 100 }, never);
    for (const alone of [false, true, true, false]) gather.push(item(1, alone));
    const sizes = [1, 2, 3, 4].map(() => gather.take((taken) => taken.alone).length);
    expect(sizes).toEqual([1, 1, 1, 1]);
  });

  it('has no room while it holds more than a batch, by messages or by bytes', () => {
    const gather = new Gather<ReturnType<typeof item>>({ maxMessages: 2, maxBytes: 100 }, never);
    expect(gather.room).toBe(4);
    gather.push(item(1));
    gather.push(item(1));
    expect(gather.room).toBe(2);
    gather.push(item(1));
    expect(gather.room).toBe(0);
    gather.take(() => false);
    expect(gather.room).toBe(3);
    gather.push(item(101));
    expect(gather.room).toBe(0);
  });

  it('wakes who waits, on a push, a take and an abort', async () => {
    const abort = new AbortController();
    const gather = new Gather<ReturnType<typeof item>>({ maxMessages: 1, maxBytes: 100 }, abort.signal);
    const filled = gather.until(() => gather.held.length > 1, abort.signal);
    gather.push(item(1));
    gather.push(item(1));
    await filled;
    const room = gather.until(() => gather.room > 0, abort.signal);
    gather.take(() => false);
    await room;
    const aborted = gather.until(() => false, abort.signal);
    abort.abort();
    await aborted;
  });
});
