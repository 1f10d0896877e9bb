// A part that is stopped leaves no process behind, whenever that is.
import { describe, expect, it } from 'vitest';
import type { Launched } from './launched.js';
import { Part } from './part.js';

/** A process of a test, and what was done to it. */
function process() {
  const did: string[] = [];
  let exit: (why: string) => void = () => undefined;
  const launched: Launched = {
    pid: 1,
    exited: new Promise((resolve) => {
      exit = resolve;
    }),
    tail: () => '',
    logged: async () => undefined,
    stop: async () => {
      did.push('stopped');
      exit('stopped');
    },
  };
  return { launched, did, die: () => exit('died') };
}

function partOf(launch: () => Promise<Launched>) {
  return new Part({ name: 'p', launch, changed: () => undefined, died: () => undefined });
}

describe('a part', () => {
  it('that is stopped while it starts does not stay', async () => {
    const { launched, did } = process();
    let up: () => void = () => undefined;
    const part = partOf(() => new Promise((resolve) => (up = () => resolve(launched))));
    const starting = part.start();
    const stopping = part.stop();
    up();
    await Promise.all([starting, stopping]);
    expect([did, part.state, part.pid]).toEqual([['stopped'], 'stopped', undefined]);
  });

  it('that fails to start is the caller’s to tell, and can be stopped', async () => {
    const part = partOf(() => Promise.reject(new Error('no')));
    await expect(part.start()).rejects.toThrow('no');
    await part.stop();
    expect(part.state).toBe('stopped');
  });

  it('that is stopped while it is started again does not stay either', async () => {
    const [first, second] = [process(), process()];
    const ups: (() => void)[] = [];
    let launches = 0;
    const part = partOf(() => {
      launches += 1;
      if (launches === 1) return Promise.resolve(first.launched);
      return new Promise((resolve) => ups.push(() => resolve(second.launched)));
    });
    await part.start();
    first.die();
    await expect.poll(() => ups.length).toBe(1);
    const stopping = part.stop();
    ups[0]?.();
    await stopping;
    expect(second.did).toEqual(['stopped']);
  });
});
