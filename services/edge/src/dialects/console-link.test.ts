// What one end of a console tells the other: in order, in pieces, bounded.
import { describe, expect, it } from 'vitest';
import { type ConsoleLink, MAX_PIECE, MAX_QUEUED_BYTES, newLink, settled, tell } from './console-link.js';
import type { Effect } from './dialect.js';
import type { SignalOutcome } from './end.js';

const end = { node: 'n', connectionId: 'c', deviceNumber: 1n, epoch: 1n };

function sender() {
  let link: ConsoleLink | undefined = newLink('s', end);
  const sent: string[] = [];
  let dropped = 0;
  const note = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      if (effect.do === 'count') dropped += 1;
      else if (effect.do === 'signal' && 'content' in effect)
        sent.push(effect.content.is === 'data' ? effect.content.data : effect.content.is);
    }
  };
  return {
    sent,
    dropped: () => dropped,
    isOver: () => link === undefined,
    say(data: string): void {
      if (link === undefined) return;
      const step = tell(link, { is: 'data', data });
      link = step.link;
      note(step.effects);
    },
    settle(outcome: SignalOutcome = 'delivered'): void {
      if (link === undefined) return;
      const step = settled(link, outcome);
      link = step?.link;
      note(step?.effects ?? []);
    },
  };
}

describe('a link', () => {
  it('has eight signals under way and joins what waits', () => {
    const link = sender();
    for (const letter of 'abcdefghijkl') link.say(letter);
    expect(link.sent).toEqual([...'abcdefgh']);
    link.settle();
    expect(link.sent.at(-1)).toBe('ijkl');
    for (let n = 0; n < 8; n++) link.settle();
    link.say('m');
    expect(link.sent.join('')).toBe('abcdefghijklm');
  });

  it('cuts long text into pieces, never within a character', () => {
    const link = sender();
    const text = `x${'😀'.repeat(MAX_PIECE)}`;
    link.say(text);
    for (let n = 0; n < 20; n++) link.settle();
    expect(link.sent.join('')).toBe(text);
    expect(link.sent.every((piece) => piece.length <= MAX_PIECE && !/\p{Surrogate}/u.test(piece))).toBe(true);
  });

  it('lets so much wait and counts the rest', () => {
    const link = sender();
    for (let n = 0; n < 40; n++) link.say('x'.repeat(MAX_PIECE));
    const fits = 8 + MAX_QUEUED_BYTES / MAX_PIECE;
    expect(link.dropped()).toBe(40 - fits);
    for (let n = 0; n < 40; n++) link.settle();
    expect(link.sent).toHaveLength(fits);
    link.say('y');
    expect(link.sent.at(-1)).toBe('y');
  });

  it('is over when the other end is gone, or when nothing was heard three times in a row', () => {
    const gone = sender();
    gone.say('a');
    gone.settle('gone');
    expect(gone.isOver()).toBe(true);
    const lossy = sender();
    const outcomes: SignalOutcome[] = ['lost', 'lost', 'delivered', 'lost', 'lost', 'lost'];
    const over = outcomes.map((outcome) => {
      lossy.say('a');
      lossy.settle(outcome);
      return lossy.isOver();
    });
    expect(over).toEqual([false, false, false, false, false, true]);
    expect(lossy.dropped()).toBe(4);
  });
});
