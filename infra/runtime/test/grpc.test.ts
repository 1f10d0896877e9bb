// Server, handlers and client of the runtime against each other, over real sockets.
import {
  credentials,
  type handleBidiStreamingCall,
  Metadata,
  makeGenericClientConstructor,
  status,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Call,
  Fault,
  type GrpcClient,
  grpcClient,
  grpcServer,
  isFault,
  serverStream,
  sleep,
  unary,
} from '../src/index.js';
import { run } from './_bus.js';
import { eventually } from './_eventually.js';
import { type Answer, type Ask, ToyClient, ToyService } from './_toy-grpc.js';

type Asked = (request: Ask, call: Call) => Promise<Answer>;
type Listed = (request: Ask, call: Call) => AsyncIterable<Answer>;
type Talked = handleBidiStreamingCall<Ask, Answer>;

const echo: Asked = async ({ text }) => ({ text });
const none: Listed = async function* () {};
const mirror: Talked = (call) => {
  call.on('data', ({ text }: Ask) => call.write({ text }));
  call.on('end', () => call.end());
};

const ending: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function serve(
  { ask = echo, list = none, talk = mirror }: { ask?: Asked; list?: Listed; talk?: Talked },
  at = 0,
): Promise<{ port: number; stop(): Promise<void> }> {
  const implementation = { ask: unary(ask), list: serverStream(list), talk };
  const server = grpcServer({ host: '127.0.0.1', port: at, services: [[ToyService, implementation]] });
  const running = run(server);
  await running.ready;
  ending.push(() => running.stop());
  return { port: await server.port, stop: () => running.stop() };
}

function connect(...ports: number[]): GrpcClient<ToyClient> {
  const client = grpcClient(ToyClient, ports.map((port) => `127.0.0.1:${port}`).join(','));
  ending.push(() => client.close());
  return client;
}

describe('unary', () => {
  it('answers, and tells the handler how long there is', async () => {
    let deadlineMs = 0;
    const { port } = await serve({
      ask: async ({ text }, call) => {
        ({ deadlineMs } = call);
        return { text: text.toUpperCase() };
      },
    });
    await expect(connect(port).ask({ text: 'a' }, { timeoutMs: 3_000 })).resolves.toEqual({ text: 'A' });
    expect(deadlineMs).toBeGreaterThan(2_000);
    expect(deadlineMs).toBeLessThanOrEqual(3_000);
  });

  it('carries a fault with its details', async () => {
    const details = [{ field: 'text', message: 'is empty' }];
    const { port } = await serve({
      ask: async () => {
        throw new Fault('invalid', 'bad request', { details });
      },
    });
    const fault = await connect(port)
      .ask({ text: '' })
      .catch((error: unknown) => error);
    expect(isFault(fault)).toBe(true);
    expect(fault).toMatchObject({ code: 'invalid', message: 'bad request', details });
  });

  it('hides what a bug says, also one thrown before the handler waits', async () => {
    const { port } = await serve({
      ask: () => {
        throw new TypeError('secret');
      },
    });
    const asking = connect(port).ask({ text: '' });
    await expect(asking).rejects.toMatchObject({ code: 'internal', message: 'internal error' });
  });

  it('keeps the deadline on both sides', async () => {
    let reason: unknown;
    const { port } = await serve({
      ask: async ({ text }, { signal }) => {
        await sleep(60_000, signal);
        reason = signal.reason;
        return { text };
      },
    });
    await expect(connect(port).ask({ text: '' }, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'deadline',
    });
    await eventually('the handler is told', () => isFault(reason, 'deadline'));
  });

  it('tells the handler when the caller cancels', async () => {
    let arrived = false;
    let reason: unknown;
    const { port } = await serve({
      ask: async ({ text }, { signal }) => {
        arrived = true;
        await sleep(60_000, signal);
        reason = signal.reason;
        return { text };
      },
    });
    const abort = new AbortController();
    const asking = connect(port).ask({ text: '' }, { signal: abort.signal });
    const asked = asking.catch((error: unknown) => error);
    await eventually('the call arrives', () => arrived);
    abort.abort();
    expect(await asked).toMatchObject({ code: 'unavailable' });
    await eventually('the handler is told', () => isFault(reason, 'unavailable'));
  });

  it('is made three times at most while the service says unavailable', async () => {
    let calls = 0;
    const { port } = await serve({
      ask: async ({ text }) => {
        calls++;
        if (text === 'heals' && calls === 3) return { text };
        throw new Fault('unavailable', 'not now');
      },
    });
    const client = connect(port);
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
    const { port } = await serve({
      ask: async () => {
        calls++;
        throw new Fault(code, 'no');
      },
    });
    await expect(connect(port).ask({ text: '' })).rejects.toMatchObject({ code });
    expect(calls).toBe(1);
  });
});

describe('server streams', () => {
  const count: Listed = async function* ({ text }) {
    for (let n = 0; n < Number(text); n++) yield { text: String(n) };
  };

  it('yield everything in order', async () => {
    const { port } = await serve({ list: count });
    const seen: string[] = [];
    for await (const { text } of connect(port).list({ text: '1000' })) seen.push(text);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)));
  });

  it('run no further ahead than the buffers between, and end when left early', async () => {
    let yielded = 0;
    let ended = false;
    const { port } = await serve({
      list: async function* () {
        try {
          for (;;) yield { text: String(yielded++), pad: 'x'.repeat(16_384) };
        } finally {
          ended = true;
        }
      },
    });
    let last = -1;
    for await (const { text } of connect(port).list({ text: '' })) {
      last = Number(text);
      let before = -1;
      // Reading nothing, the sender must come to rest by itself.
      await eventually('the sender rests', async () => {
        const rests = before === yielded;
        before = yielded;
        await sleep(50);
        return rests;
      });
      if (last === 2) break;
    }
    expect(last).toBe(2);
    expect(yielded).toBeLessThan(500);
    await eventually('the sender has ended', () => ended);
  });

  it('end when the caller goes away while the sender waits for it', async () => {
    let waits = 0;
    let ended = false;
    const { port } = await serve({
      list: async function* (_, { signal }) {
        try {
          yield { text: 'first' };
          waits++;
          await sleep(60_000, signal);
          yield { text: 'late' };
        } finally {
          ended = true;
        }
      },
    });
    const abort = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { text } of connect(port).list({ text: '' }, { signal: abort.signal }))
        seen.push(text);
    })().catch((error: unknown) => error);
    await eventually('the sender waits', () => waits === 1 && seen.length === 1);
    abort.abort();
    expect(await reading).toMatchObject({ code: 'unavailable' });
    await eventually('the sender has ended', () => ended);
    expect(seen).toEqual(['first']);
  });

  it('end with the fault that was thrown, after what was yielded', async () => {
    const { port } = await serve({
      list: async function* () {
        yield { text: 'first' };
        throw new Fault('exhausted', 'too much');
      },
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { text } of connect(port).list({ text: '' })) seen.push(text);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'exhausted', message: 'too much' });
    expect(seen).toEqual(['first']);
  });

  it('are over at their deadline', async () => {
    const { port } = await serve({
      list: async function* (_, { signal }) {
        await sleep(60_000, signal);
        yield { text: 'late' };
      },
    });
    const reading = (async () => {
      for await (const _ of connect(port).list({ text: '' }, { timeoutMs: 100 }));
    })();
    await expect(reading).rejects.toMatchObject({ code: 'deadline' });
  });
});

describe('streams both ways', () => {
  it('are the raw duplex', async () => {
    const { port } = await serve({});
    const stream = connect(port).talk();
    const seen: string[] = [];
    stream.on('data', ({ text }: Answer) => seen.push(text));
    stream.write({ text: 'a' });
    stream.write({ text: 'b' });
    stream.end();
    await eventually('both come back', () => seen.length === 2);
    expect(seen).toEqual(['a', 'b']);
  });
});

describe('server', () => {
  it('is reached again soon after it was restarted', async () => {
    const first = await serve({});
    const client = connect(first.port);
    await client.ask({ text: 'before' });
    await first.stop();
    await expect(client.ask({ text: 'during' })).rejects.toMatchObject({ code: 'unavailable' });
    await serve({}, first.port);
    const startMs = Date.now();
    await eventually('it answers', () => client.ask({ text: 'after' }));
    expect(Date.now() - startMs).toBeLessThan(1_500);
  });

  it('finishes the calls it has when it stops', async () => {
    let release: () => void = () => undefined;
    let arrived = false;
    const { port, stop } = await serve({
      ask: async ({ text }) => {
        arrived = true;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return { text };
      },
    });
    const asking = connect(port).ask({ text: 'kept' });
    await eventually('the call arrives', () => arrived);
    const stopped = stop();
    release();
    await expect(asking).resolves.toEqual({ text: 'kept' });
    await stopped;
  });

  it('shares calls with another of the same service, and loses none when that stops', async () => {
    const served = [0, 0];
    const counting = (which: number): { ask: Asked } => ({
      ask: async ({ text }) => {
        served[which] = (served[which] ?? 0) + 1;
        return { text };
      },
    });
    const one = await serve(counting(0));
    const two = await serve(counting(1));
    const client = connect(one.port, two.port);
    await eventually('both are used', async () => {
      await client.ask({ text: '' });
      return served.every((calls) => calls > 0);
    });
    const stopped = two.stop();
    await Promise.all(Array.from({ length: 50 }, () => client.ask({ text: '' })));
    await stopped;
    await Promise.all(Array.from({ length: 50 }, () => client.ask({ text: '' })));
  });

  it('says that it is healthy, by name', async () => {
    const { port } = await serve({});
    const Health = makeGenericClientConstructor(healthService, 'grpc.health.v1.Health');
    const health = grpcClient(Health as never, `127.0.0.1:${port}`) as unknown as {
      Check(request: { service: string }): Promise<{ status: string }>;
      close(): void;
    };
    ending.push(() => health.close());
    expect(await health.Check({ service: '' })).toMatchObject({ status: 'SERVING' });
    expect(await health.Check({ service: 'mooring.toy.v1.Toy' })).toMatchObject({ status: 'SERVING' });
    await expect(health.Check({ service: 'unknown' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('fails to run when its port is taken', async () => {
    const { port } = await serve({});
    const second = run(grpcServer({ host: '127.0.0.1', port, services: [] }));
    await expect(second.ready).rejects.toThrow(/EADDRINUSE|No address added/);
  });

  it('answers a peer that knows nothing of faults with plain statuses', async () => {
    const { port } = await serve({
      ask: async () => {
        throw new Fault('not_found', 'no such thing');
      },
    });
    const plain = new ToyClient(`127.0.0.1:${port}`, credentials.createInsecure());
    ending.push(() => plain.close());
    const error = await new Promise((resolve) => plain.ask({ text: '' }, new Metadata(), resolve));
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'no such thing' });
  });
});
