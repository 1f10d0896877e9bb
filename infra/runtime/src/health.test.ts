// Checks when a process calls itself ready.
import { expect, test, vi } from 'vitest';
import { readiness } from './health.js';

const fine = { waitingFor: undefined, state: 'ready', checks: {} } as const;

test('ready is ready', async () => {
  const checks = { bus: () => undefined, postgres: async () => undefined };
  expect(await readiness({ ...fine, checks })).toEqual({
    status: 200,
    body: { state: 'ready', checks: { bus: { state: 'ok' }, postgres: { state: 'ok' } } },
  });
});

test('a check that fails is named with its reason', async () => {
  const checks = {
    bus: () => {
      throw new Error('disconnected');
    },
    postgres: () => undefined,
  };
  const { status, body } = await readiness({ ...fine, checks });
  expect(status).toBe(503);
  expect(body).toMatchObject({ checks: { bus: { state: 'failing', detail: 'disconnected' } } });
});

test('a check that does not answer fails', async () => {
  vi.useFakeTimers();
  const answer = readiness({ ...fine, checks: { postgres: () => new Promise(() => undefined) } });
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
  expect(await answer).toMatchObject({ status: 503, body: { checks: { postgres: { state: 'failing' } } } });
});

test('starting names what it waits for; stopping is unready at once', async () => {
  expect(await readiness({ ...fine, state: 'starting', waitingFor: 'grpc' })).toEqual({
    status: 503,
    body: { state: 'starting', checks: { grpc: { state: 'waiting' } } },
  });
  expect(await readiness({ ...fine, state: 'stopping' })).toMatchObject({ status: 503 });
});
