// Answers wait for a slow peer, questions stop meanwhile, and a stream ends only when all is answered.
import { describe, expect, it } from 'vitest';
import { OpenStream, OpenStreams } from './streams.js';

class Peer {
  readonly log: string[] = [];
  room = 2;
  #drain: (() => void) | undefined;

  write(answer: string): boolean {
    this.log.push(answer);
    return --this.room > 0;
  }
  pause(): void {
    this.log.push('pause');
  }
  resume(): void {
    this.log.push('resume');
  }
  once(_: 'drain', listener: () => void): void {
    this.#drain = listener;
  }
  end(): void {
    this.log.push('end');
  }
  drain(room: number): void {
    this.room = room;
    this.#drain?.();
  }
}

describe('OpenStream', () => {
  it('holds answers while the peer is slow, in order', () => {
    const peer = new Peer();
    const stream = new OpenStream<string>(peer);
    for (const answer of ['a', 'b', 'c', 'd']) {
      stream.asked();
      stream.answer(answer);
    }
    expect(peer.log).toEqual(['a', 'b', 'pause']);
    peer.drain(1);
    expect(peer.log).toEqual(['a', 'b', 'pause', 'c', 'pause']);
    peer.drain(2);
    expect(peer.log.slice(5)).toEqual(['d', 'resume']);
  });

  it('ends once everything is answered', () => {
    const peer = new Peer();
    const stream = new OpenStream<string>(peer);
    stream.asked();
    stream.finish();
    expect(peer.log).toEqual([]);
    stream.answer('a');
    expect(peer.log).toEqual(['a', 'end']);
  });

  it('drops what a peer that is gone cannot read', () => {
    const peer = new Peer();
    const stream = new OpenStream<string>(peer);
    stream.asked();
    stream.close();
    stream.answer('a');
    expect(peer.log).not.toContain('a');
  });
});

describe('OpenStreams', () => {
  it('ends idle streams at stop, busy ones when answered, and new ones at once', async () => {
    const streams = new OpenStreams();
    const [idle, busy, late] = [new Peer(), new Peer(), new Peer()];
    streams.open<string>(idle);
    const open = streams.open<string>(busy);
    open.asked();
    const stop = new AbortController();
    const run = streams.run({ signal: stop.signal, ready: () => undefined });
    stop.abort();
    await run;
    streams.open<string>(late);
    expect([idle.log, busy.log, late.log]).toEqual([['end'], [], ['end']]);
    open.answer('a');
    expect(busy.log).toEqual(['a', 'end']);
  });
});
