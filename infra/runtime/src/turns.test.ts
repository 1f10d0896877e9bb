// Turns: at once, in order, and every way not to get one.
import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

const LONG_MS = 60_000;
const staying = new AbortController().signal;

describe('turns', () => {
  it('are taken at once while there are some, and then in the order of arrival', async () => {
    const turns = new Turns({ atOnce: 2, waiting: 3, waitMs: LONG_MS });
    expect([await turns.take(staying), await turns.take(staying)]).toEqual(['taken', 'taken']);
    const came: number[] = [];
    const waiting = [1, 2, 3].map((each) =>
      turns.take(staying).then((turn) => turn === 'taken' && came.push(each)),
    );
    expect([turns.taken, turns.waiting]).toEqual([2, 3]);
    for (const each of waiting) {
      turns.give();
      await each;
    }
    expect(came).toEqual([1, 2, 3]);
    expect([turns.taken, turns.waiting]).toEqual([2, 0]);
    turns.give();
    turns.give();
    expect(turns.taken).toBe(0);
  });

  it('are refused when as many wait as may', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 1, waitMs: LONG_MS });
    await turns.take(staying);
    const waiting = turns.take(staying);
    expect(await turns.take(staying)).toBe('full');
    turns.give();
    expect(await waiting).toBe('taken');
  });

  it('are not kept for who left or has waited too long', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 3, waitMs: 5 });
    await turns.take(staying);
    const leaving = new AbortController();
    const first = turns.take(leaving.signal);
    leaving.abort();
    expect([await first, await turns.take(leaving.signal)]).toEqual(['left', 'left']);
    expect(await turns.take(staying)).toBe('late');
    expect([turns.taken, turns.waiting]).toEqual([1, 0]);
    turns.give();
    expect(turns.taken).toBe(0);
  });

  it('end for those who wait when it is closed', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 3, waitMs: LONG_MS });
    await turns.take(staying);
    const waiting = [turns.take(staying), turns.take(staying)];
    turns.close();
    expect(await Promise.all(waiting)).toEqual(['late', 'late']);
    expect(await turns.take(staying)).toBe('full');
    turns.give();
    expect(turns.taken).toBe(0);
  });
});
