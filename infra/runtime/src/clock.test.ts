// Checks the timers with faked time.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { after, backoff, deadline, every, sleep } from './clock.js';
import { isFault } from './fault.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('after', () => {
  test('calls once, and not when cancelled', () => {
    const fn = vi.fn();
    after(10, fn);
    after(10, () => expect.fail('cancelled')).cancel();
    vi.advanceTimersByTime(9);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test('waits longer than one timer of Node can', () => {
    const fn = vi.fn();
    const days = 30 * 24 * 3_600_000;
    after(days, fn);
    vi.advanceTimersByTime(days - 1);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledTimes(1);
  });
});

describe('sleep', () => {
  test('ends early when the signal aborts, and leaves no timer', async () => {
    const abort = new AbortController();
    const slept = sleep(60_000, abort.signal);
    abort.abort();
    await slept;
    expect(vi.getTimerCount()).toBe(0);
    await sleep(60_000, abort.signal);
  });

  test('lasts as long as told otherwise', async () => {
    const woken = vi.fn();
    const slept = sleep(50, new AbortController().signal).then(woken);
    await vi.advanceTimersByTimeAsync(49);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await slept;
  });
});

describe('every', () => {
  test('does not overlap and waits for the running call at the end', async () => {
    const abort = new AbortController();
    let running = 0;
    let calls = 0;
    const loop = every(
      10,
      async () => {
        running += 1;
        calls += 1;
        expect(running).toBe(1);
        await sleep(25);
        running -= 1;
      },
      abort.signal,
    );
    await vi.advanceTimersByTimeAsync(80);
    expect(calls).toBe(3);
    abort.abort();
    await vi.advanceTimersByTimeAsync(25);
    await loop;
    expect(running).toBe(0);
  });

  test('rejects with what a call throws', async () => {
    const loop = every(10, () => Promise.reject(new Error('broken')), new AbortController().signal);
    const rejected = expect(loop).rejects.toThrow('broken');
    await vi.advanceTimersByTimeAsync(10);
    await rejected;
  });
});

describe('deadline', () => {
  test('gives up with a fault that names the work', async () => {
    const late = deadline(new Promise(() => undefined), 20, 'the answer').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(20);
    const fault = await late;
    expect(isFault(fault, 'deadline') && fault.message).toBe('the answer took longer than 20 ms');
  });

  test('passes on what settles in time, and leaves no timer', async () => {
    await expect(deadline(Promise.resolve(7), 20, 'it')).resolves.toBe(7);
    await expect(deadline(Promise.reject(new Error('no')), 20, 'it')).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('backoff', () => {
  const bounds = { baseMs: 100, maxMs: 1_000 };

  test('doubles up to the bound', () => {
    const longest = [0, 1, 2, 3, 4, 2_000].map((attempt) => backoff(attempt, bounds, () => 1));
    expect(longest).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('has full jitter', () => {
    expect(backoff(2, bounds, () => 0)).toBe(0);
    expect(backoff(2, bounds, () => 0.5)).toBe(200);
  });
});
