// What follows from a delivery, from no reply to it, and from an answer that does not come.
import { describe, expect, it } from 'vitest';
import { standing } from './_standing.js';
import type { Standing } from './command-change.js';
import { afterDeadline, afterDelivery, type Delivered } from './command-delivery.js';

const sending = (fields: Partial<Standing> = {}) => standing({ written: false, retriesLeft: -1, ...fields });
const written: Delivered = { as: 'written', answerWithinMs: 5_000, repeatable: true, retries: 1 };
const here = { connection: 'c', repeat: 0 };

describe('a delivery', () => {
  it('that was written waits for its answer', () => {
    const change = afterDelivery(sending(), here, written, false);
    expect(change).toEqual({ steps: [], written: true, repeatable: true, retriesLeft: 1, answerInMs: 5_000 });
  });

  it('waits as long as whoever asked says', () => {
    expect(afterDelivery(sending({ timeoutS: 90 }), here, written, false)?.answerInMs).toBe(90_000);
  });

  it('that was repeated has no more retries than are left', () => {
    const change = afterDelivery(
      sending({ repeats: 1, retriesLeft: 0 }),
      { ...here, repeat: 1 },
      written,
      true,
    );
    expect(change?.retriesLeft).toBe(0);
  });

  it('to a device that answers nothing is over', () => {
    const change = afterDelivery(sending(), here, { ...written, answerWithinMs: 0 }, false);
    expect(change).toMatchObject({
      steps: [{ state: 'unconfirmed', detail: 'this device does not answer' }],
      settled: true,
    });
  });

  it('that is refused fails, unless the device has to join first', () => {
    const refused = (code: string): Delivered => ({ as: 'refused', code, message: 'why' });
    expect(afterDelivery(sending(), here, refused('unsupported'), false)).toMatchObject({
      steps: [{ state: 'failed', detail: 'why' }],
      code: 'unsupported',
    });
    expect(afterDelivery(sending(), here, refused('not_joined'), false)).toMatchObject({
      steps: [{ state: 'queued' }],
      attempted: true,
    });
  });

  it('to a session that is gone waits for the next one, which may be there already', () => {
    const next = (fields: Partial<Standing>) => afterDelivery(sending(fields), here, { as: 'gone' }, false);
    expect(next({})).toMatchObject({ steps: [{ state: 'queued' }], dueInMs: undefined });
    expect(next({ deviceEpoch: 2n })).toMatchObject({ steps: [{ state: 'queued' }], dueInMs: 0 });
    expect(next({ deviceEpoch: 2n, deviceOnline: false })?.dueInMs).toBeUndefined();
  });

  it('that a session which is gone may have written is sent again only if that changes nothing', () => {
    const again = afterDelivery(sending({ repeatable: true }), here, { as: 'gone' }, true);
    expect(again).toMatchObject({ steps: [{ state: 'queued' }] });
    const kept = afterDelivery(sending({ sentAgoMs: 6_000 }), here, { as: 'gone' }, true);
    expect(kept).toMatchObject({
      steps: [{ state: 'sent' }],
      written: true,
      retriesLeft: 0,
      answerInMs: 54_000,
    });
  });

  it.each([
    ['has no known outcome', sending(), here, { as: 'unknown' }],
    ['is of an earlier attempt', sending({ attempts: 1 }), here, written],
    ['is of another session', sending({ sentConnection: 'd' }), here, written],
    ['was answered meanwhile', sending({ state: 'succeeded' }), here, written],
    ['was noted before', standing(), here, written],
  ] as const)('changes nothing when it %s', (_, command, delivery, outcome) => {
    expect(afterDelivery(command, delivery, outcome, false)).toBeUndefined();
  });
});

describe('past its deadline a command', () => {
  it('of which the edge said nothing is delivered again, the same, for a minute', () => {
    expect(afterDeadline(sending({ sentAgoMs: 60_000 }))).toEqual({
      change: { steps: [], answerInMs: 5_000 },
      deliver: 'same',
    });
    expect(afterDeadline(sending({ sentAgoMs: 60_001 })).change.steps[0]?.state).toBe('unconfirmed');
  });

  it('is written again while it has retries and its device is here', () => {
    const overdue = afterDeadline(standing({ retriesLeft: 2 }));
    expect(overdue).toMatchObject({
      deliver: 'again',
      change: { repeated: true, retriesLeft: 1, written: false },
    });
    for (const over of [{ retriesLeft: 0 }, { retriesLeft: 2, deviceOnline: false }]) {
      const { change, deliver } = afterDeadline(standing(over));
      expect([change.steps[0]?.state, deliver]).toEqual(['unconfirmed', undefined]);
    }
  });
});
