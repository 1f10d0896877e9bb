// So much at a time, so much waiting, the rest dropped; and nothing left behind at the end.
import { describe, expect, it } from 'vitest';
import { Work } from './work.js';

/** Work that ends when it is told to. */
function held() {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
}

describe('work', () => {
  it('is done so much at a time, in order, and dropped beyond its room', async () => {
    let dropped = 0;
    const work = new Work({ atOnce: 1, waiting: 2, dropped: () => dropped++ });
    const done: string[] = [];
    const first = held();
    work.start(first.work);
    for (const name of ['a', 'b', 'c']) {
      work.start(async () => {
        done.push(name);
      });
    }
    expect([dropped, done]).toEqual([1, []]);
    first.end();
    await work.drained(5_000);
    expect(done).toEqual(['a', 'b']);
  });

  it('that never ends is given up', async () => {
    const work = new Work({ atOnce: 1, waiting: 1, dropped: () => undefined });
    await work.drained(1);
    work.start(held().work);
    await expect(work.drained(1)).rejects.toMatchObject({ code: 'deadline' });
  });
});
