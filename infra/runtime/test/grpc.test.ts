// Unary calls of the runtime's client to the runtime's server, over real sockets.
import { afterEach, describe, expect, it } from 'vitest';
import { Fault, isFault, sleep } from '../src/index.js';
import { eventually } from './_eventually.js';
import { Toy } from './_toy-grpc.js';

const toy = new Toy();

afterEach(() => toy.end());

describe('unary', () => {
  it('answers, and tells the handler how long there is', async () => {
    let deadlineMs = 0;
    const { port } = await toy.serve({
      ask: async ({ text }, call) => {
        ({ deadlineMs } = call);
        return { text: text.toUpperCase() };
      },
    });
    await expect(toy.connect(port).ask({ text: 'a' }, { timeoutMs: 3_000 })).resolves.toEqual({ text: 'A' });
    expect(deadlineMs).toBeGreaterThan(2_000);
    expect(deadlineMs).toBeLessThanOrEqual(3_000);
  });

  it('carries a fault with its details', async () => {
    const details = [{ field: 'text', message: 'is empty' }];
    const { port } = await toy.serve({
      ask: async () => {
        throw new Fault('invalid', 'bad request', { details });
      },
    });
    const fault = await toy
      .connect(port)
      .ask({ text: '' })
      .catch((error: unknown) => error);
    expect(isFault(fault)).toBe(true);
    expect(fault).toMatchObject({ code: 'invalid', message: 'bad request', details });
  });

  it('hides what a bug says, also one thrown before the handler waits', async () => {
    const { port } = await toy.serve({
      ask: () => {
        throw new TypeError('secret');
      },
    });
    const asking = toy.connect(port).ask({ text: '' });
    await expect(asking).rejects.toMatchObject({ code: 'internal', message: 'internal error' });
  });

  it('keeps the deadline on both sides', async () => {
    let reason: unknown;
    const { port } = await toy.serve({
      ask: async ({ text }, { signal }) => {
        await sleep(60_000, signal);
        reason = signal.reason;
        return { text };
      },
    });
    await expect(toy.connect(port).ask({ text: '' }, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'deadline',
    });
    await eventually('the handler is told', () => isFault(reason, 'deadline'));
  });

  it('tells the handler when the caller cancels', async () => {
    let arrived = false;
    let reason: unknown;
    const { port } = await toy.serve({
      ask: async ({ text }, { signal }) => {
        arrived = true;
        await sleep(60_000, signal);
        reason = signal.reason;
        return { text };
      },
    });
    const abort = new AbortController();
    const asking = toy.connect(port).ask({ text: '' }, { signal: abort.signal });
    const asked = asking.catch((error: unknown) => error);
    await eventually('the call arrives', () => arrived);
    abort.abort();
    expect(await asked).toMatchObject({ code: 'unavailable' });
    await eventually('the handler is told', () => isFault(reason, 'unavailable'));
  });

  it('is made three times at most while the service says unavailable', async () => {
    let calls = 0;
    const { port } = await toy.serve({
      ask: async ({ text }) => {
        calls++;
        if (text === 'heals' && calls === 3) return { text };
        throw new Fault('unavailable', 'not now');
      },
    });
    const client = toy.connect(port);
    await expect(client.ask({ text: 'heals' })).resolves.toEqual({ text: 'heals' });
    calls = 0;
    await expect(client.ask({ text: 'never' })).rejects.toMatchObject({
      code: 'unavailable',
      message: 'not now',
    });
    expect(calls).toBe(3);
  });

  it.each(['conflict', 'internal', 'exhausted'] as const)('is made once when it is %s', async (code) => {
    let calls = 0;
    const { port } = await toy.serve({
      ask: async () => {
        calls++;
        throw new Fault(code, 'no');
      },
    });
    await expect(toy.connect(port).ask({ text: '' })).rejects.toMatchObject({ code });
    expect(calls).toBe(1);
  });
});
