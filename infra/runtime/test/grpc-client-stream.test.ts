// Streams of requests from the runtime's client to its server, over real sockets.
import { afterEach, describe, expect, it } from 'vitest';
import { Fault, sleep } from '../src/index.js';
import { eventually } from './_eventually.js';
import { type Ask, type Told, Toy } from './_toy-grpc.js';

const toy = new Toy();

afterEach(() => toy.end());

async function* numbers(count: number): AsyncGenerator<Ask> {
  for (let n = 0; n < count; n++) yield { text: String(n) };
}

/** One, and then nothing for longer than any test. */
async function* waiting(): AsyncGenerator<Ask> {
  yield { text: '0' };
  await new Promise(() => undefined);
}

const count: Told = async (requests) => {
  let seen = 0;
  for await (const { text } of requests) if (text === String(seen)) seen++;
  return { text: String(seen) };
};

/** Never ends by itself; says how far it came and whether it was ended. */
class Endless {
  sent = 0;
  ended = false;

  async *requests(): AsyncGenerator<Ask> {
    try {
      for (;;) yield { text: `${this.sent++}`.padEnd(16_384) };
    } finally {
      this.ended = true;
    }
  }
}

describe('client streams', () => {
  it('arrive whole and in order, and are answered once', async () => {
    const { port } = await toy.serve({ tell: count });
    await expect(toy.connect(port).tell(numbers(1_000))).resolves.toEqual({ text: '1000' });
    await expect(toy.connect(port).tell(numbers(0))).resolves.toEqual({ text: '0' });
  });

  it('run no further ahead than the buffers between', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { port } = await toy.serve({
      tell: async () => {
        await gate;
        return { text: 'enough' };
      },
    });
    const endless = new Endless();
    const telling = toy.connect(port).tell(endless.requests());
    let before = -1;
    await eventually('the sender rests', async () => {
      const rests = before === endless.sent;
      before = endless.sent;
      await sleep(50);
      return rests;
    });
    expect(endless.sent).toBeLessThan(500);
    expect(endless.ended).toBe(false);
    go();
    await expect(telling).resolves.toEqual({ text: 'enough' });
    await eventually('the sender has ended', () => endless.ended);
  });

  it('end early when the service has heard enough', async () => {
    const { port } = await toy.serve({
      tell: async (requests) => {
        for await (const _ of requests) throw new Fault('invalid', 'the first is enough');
        return { text: '' };
      },
    });
    const endless = new Endless();
    await expect(toy.connect(port).tell(endless.requests())).rejects.toMatchObject({
      code: 'invalid',
      message: 'the first is enough',
    });
    await eventually('the sender has ended', () => endless.ended);
  });

  /** Reads all there is, and may be asked when it began, that it ended and why. */
  class Reader {
    arrived = false;
    ended = false;
    #signal: AbortSignal | undefined;

    readonly tell: Told = async (requests, { signal }) => {
      this.#signal = signal;
      try {
        for await (const _ of requests) this.arrived = true;
      } finally {
        this.ended = true;
      }
      return { text: '' };
    };

    get cancelled(): boolean {
      return this.ended && this.#signal?.reason instanceof Fault;
    }
  }

  it('tell the handler when the sender fails, and the caller why', async () => {
    const reader = new Reader();
    const { port } = await toy.serve({ tell: reader.tell });
    const failing = async function* (): AsyncGenerator<Ask> {
      yield { text: '' };
      await eventually('the first arrives', () => reader.arrived);
      throw new Fault('invalid', 'the source broke off');
    };
    await expect(toy.connect(port).tell(failing())).rejects.toMatchObject({
      message: 'the source broke off',
    });
    await eventually('the handler is told', () => reader.cancelled);
  });

  it('end when the caller cancels, while the source waits', async () => {
    const reader = new Reader();
    const { port } = await toy.serve({ tell: reader.tell });
    const abort = new AbortController();
    const telling = toy.connect(port).tell(waiting(), { signal: abort.signal });
    const told = telling.catch((error: unknown) => error);
    await eventually('the first arrives', () => reader.arrived);
    abort.abort();
    await expect(told).resolves.toMatchObject({ code: 'unavailable' });
    await eventually('the handler is told', () => reader.cancelled);
  });

  it('keep the deadline on both sides', async () => {
    const reader = new Reader();
    const { port } = await toy.serve({ tell: reader.tell });
    const telling = toy.connect(port).tell(waiting(), { timeoutMs: 500 });
    await expect(telling).rejects.toMatchObject({ code: 'deadline' });
    await eventually('the handler is told', () => reader.cancelled);
  });

  it('fail when nobody answers there', async () => {
    const { port, stop } = await toy.serve({});
    await stop();
    await expect(toy.connect(port).tell(numbers(3), { timeoutMs: 500 })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
