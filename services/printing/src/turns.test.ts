import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const never = new AbortController().signal;

describe('Turns', () => {
  it('lets so many work, so many wait, and refuses the next', async () => {
    const turns = new Turns(1, 1);
    const order: string[] = [];
    const first = gate();
    const one = turns.run(async () => {
      await first.opened;
      order.push('one');
    }, never);
    const two = turns.run(async () => void order.push('two'), never);
    await expect(turns.run(async () => undefined, never)).rejects.toMatchObject({ code: 'exhausted' });
    expect(turns.waiting).toBe(1);
    first.open();
    await Promise.all([one, two]);
    expect(order).toEqual(['one', 'two']);
    expect(turns.waiting).toBe(0);
  });

  it('goes on after a failure', async () => {
    const turns = new Turns(1, 5);
    await expect(turns.run(() => Promise.reject(new Error('paper jam')), never)).rejects.toThrow('paper jam');
    expect(await turns.run(async () => 'next', never)).toBe('next');
  });

  it('forgets whoever leaves the queue', async () => {
    const turns = new Turns(1, 1);
    const first = gate();
    const one = turns.run(() => first.opened, never);
    const leaving = new AbortController();
    const two = turns.run(async () => undefined, leaving.signal);
    leaving.abort();
    await expect(two).rejects.toMatchObject({ code: 'deadline' });
    expect(turns.waiting).toBe(0);
    first.open();
    await one;
  });
});
