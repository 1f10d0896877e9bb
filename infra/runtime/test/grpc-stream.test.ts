// Streams of the runtime's client and server, over real sockets.
import { afterEach, describe, expect, it } from 'vitest';
import { Fault, sleep } from '../src/index.js';
import { eventually } from './_eventually.js';
import { type Answer, type Listed, Toy } from './_toy-grpc.js';

const toy = new Toy();

afterEach(() => toy.end());

describe('server streams', () => {
  const count: Listed = async function* ({ text }) {
    for (let n = 0; n < Number(text); n++) yield { text: String(n) };
  };

  it('yield everything in order', async () => {
    const { port } = await toy.serve({ list: count });
    const seen: string[] = [];
    for await (const { text } of toy.connect(port).list({ text: '1000' })) seen.push(text);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)));
  });

  it('run no further ahead than the buffers between, and end when left early', async () => {
    let yielded = 0;
    let ended = false;
    const { port } = await toy.serve({
      list: async function* () {
        try {
          for (;;) yield { text: String(yielded++), pad: 'x'.repeat(16_384) };
        } finally {
          ended = true;
        }
      },
    });
    let last = -1;
    for await (const { text } of toy.connect(port).list({ text: '' })) {
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
    const { port } = await toy.serve({
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
      for await (const { text } of toy.connect(port).list({ text: '' }, { signal: abort.signal }))
        seen.push(text);
    })().catch((error: unknown) => error);
    await eventually('the sender waits', () => waits === 1 && seen.length === 1);
    abort.abort();
    expect(await reading).toMatchObject({ code: 'unavailable' });
    await eventually('the sender has ended', () => ended);
    expect(seen).toEqual(['first']);
  });

  it('end with the fault that was thrown, after what was yielded', async () => {
    const { port } = await toy.serve({
      list: async function* () {
        yield { text: 'first' };
        throw new Fault('exhausted', 'too much');
      },
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { text } of toy.connect(port).list({ text: '' })) seen.push(text);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'exhausted', message: 'too much' });
    expect(seen).toEqual(['first']);
  });

  it('are over at their deadline', async () => {
    const { port } = await toy.serve({
      list: async function* (_, { signal }) {
        await sleep(60_000, signal);
        yield { text: 'late' };
      },
    });
    const reading = (async () => {
      for await (const _ of toy.connect(port).list({ text: '' }, { timeoutMs: 100 }));
    })();
    await expect(reading).rejects.toMatchObject({ code: 'deadline' });
  });
});

describe('streams both ways', () => {
  it('are the raw duplex', async () => {
    const { port } = await toy.serve({});
    const stream = toy.connect(port).talk();
    const seen: string[] = [];
    stream.on('data', ({ text }: Answer) => seen.push(text));
    stream.write({ text: 'a' });
    stream.write({ text: 'b' });
    stream.end();
    await eventually('both come back', () => seen.length === 2);
    expect(seen).toEqual(['a', 'b']);
  });
});
