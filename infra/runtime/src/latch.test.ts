// No announcement is lost between two waits, and none is counted twice.
import { describe, expect, it } from 'vitest';
import { Latch } from './latch.js';

const never = new AbortController().signal;

describe('Latch', () => {
  it('remembers an announcement made before the wait, once', async () => {
    const latch = new Latch();
    latch.announce();
    latch.announce();
    await latch.next(never);
    const order: string[] = [];
    const second = latch.next(never).then(() => order.push('woken'));
    await Promise.resolve();
    order.push('announced');
    latch.announce();
    await second;
    expect(order).toEqual(['announced', 'woken']);
  });

  it('wakes by itself when it is told to', async () => {
    await new Latch().next(never, 1);
    expect(never.aborted).toBe(false);
  });

  it('wakes when the signal aborts, and does not wait on an aborted one', async () => {
    const stop = new AbortController();
    const waiting = new Latch().next(stop.signal);
    stop.abort();
    await waiting;
    await new Latch().next(stop.signal);
    expect(stop.signal.aborted).toBe(true);
  });
});
