// Work in its turn: what becomes of it, and of the place, when it fails or nobody waits for it.
import { Turns, untilAborted } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { inTurn } from './in-turn.js';

const never = new AbortController().signal;

describe('inTurn', () => {
  it('refuses what finds too many waiting, and forgets whoever leaves', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 1 });
    const page = new AbortController();
    const one = inTurn(turns, () => untilAborted(page.signal), never);
    const leaving = new AbortController();
    const two = inTurn(turns, async () => undefined, leaving.signal);
    await expect(inTurn(turns, async () => undefined, never)).rejects.toMatchObject({ code: 'exhausted' });
    leaving.abort();
    await expect(two).rejects.toMatchObject({ code: 'deadline' });
    expect([turns.taken, turns.waiting]).toEqual([1, 0]);
    page.abort();
    await one;
    expect(turns.taken).toBe(0);
  });

  it('gives its place back after a failure', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 0 });
    await expect(inTurn(turns, () => Promise.reject(new Error('paper jam')), never)).rejects.toThrow(
      'paper jam',
    );
    expect(await inTurn(turns, async () => 'next', never)).toBe('next');
  });
});
