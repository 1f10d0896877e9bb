// Checks the order of starting and stopping, and that one failure ends all.
import { afterEach, expect, test, vi } from 'vitest';
import { type Runnable, Supervision } from './supervise.js';

afterEach(() => {
  vi.useRealTimers();
});

/** Notes what happens to it; ends when told to, after `windDown`. */
function part(name: string, events: string[], windDown: Promise<unknown> = Promise.resolve()): Runnable {
  return {
    name,
    async run({ signal, ready }) {
      events.push(`${name} starts`);
      await Promise.resolve();
      events.push(`${name} ready`);
      ready();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      events.push(`${name} told`);
      await windDown;
      events.push(`${name} ended`);
    },
  };
}

test('starts one after the other and stops in reverse, each after the later ones have ended', async () => {
  const events: string[] = [];
  const supervision = new Supervision();
  for (const name of ['a', 'b', 'c']) await supervision.start(part(name, events));
  expect(events).toEqual(['a starts', 'a ready', 'b starts', 'b ready', 'c starts', 'c ready']);
  events.length = 0;
  await supervision.stop();
  expect(events).toEqual(['c told', 'c ended', 'b told', 'b ended', 'a told', 'a ended']);
  expect(supervision.failure).toBeUndefined();
});

test('says which part it waits for', async () => {
  const supervision = new Supervision();
  const started = supervision.start({ name: 'slow', run: () => new Promise(() => undefined) });
  expect(supervision.starting).toBe('slow');
  supervision.requestStop();
  await started;
  expect(supervision.starting).toBeUndefined();
});

test.each([
  ['throws', () => Promise.reject(new Error('died'))],
  ['returns early', () => Promise.resolve()],
])('a part that %s stops the process', async (_, run) => {
  const events: string[] = [];
  const supervision = new Supervision();
  await supervision.start(part('a', events));
  await supervision.start({ name: 'b', run });
  await supervision.stopRequested;
  await supervision.start(part('c', events));
  await supervision.stop();
  expect(supervision.failure).toMatchObject({ code: 'internal' });
  expect(events).toEqual(['a starts', 'a ready', 'a told', 'a ended']);
});

test('a part that fails while it stops makes the process fail but holds nobody up', async () => {
  const events: string[] = [];
  const supervision = new Supervision();
  await supervision.start(part('a', events));
  await supervision.start(part('b', events, Promise.reject(new Error('stuck'))));
  await supervision.stop();
  expect(events.at(-1)).toBe('a ended');
  expect(supervision.failure?.message).toBe('stuck');
});

test('a part that does not stop is left behind after its limit', async () => {
  vi.useFakeTimers();
  const events: string[] = [];
  const supervision = new Supervision();
  await supervision.start(part('a', events));
  const never = new Promise(() => undefined);
  await supervision.start({ ...part('b', events, never), stopLimitMs: 30_000 });
  await supervision.start(part('c', events, never));
  const stopped = supervision.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(events).toContain('b told');
  expect(events).not.toContain('a told');
  await vi.advanceTimersByTimeAsync(30_000);
  await stopped;
  expect(events.at(-1)).toBe('a ended');
});
