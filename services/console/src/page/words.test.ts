// What people are told, and what programs that look at the page find.
import { describe, expect, it } from 'vitest';
import { problemCodes } from '../domain/problem.js';
import { sampleOf } from '../domain/stats.js';
import type { WatchState } from '../watching.js';
import { dataOf, figuresOf } from './figures.js';
import { wordsOf } from './words.js';

const state = (more: Partial<WatchState>): WatchState => ({
  phase: 'playing',
  signaling: true,
  edgeUrl: 'ws://one/ws/viewer',
  sessionId: 's1',
  problem: null,
  retryAtMs: null,
  ...more,
});
const wrong = (code: (typeof problemCodes)[number]) => ({ code, message: 'for logs' });

describe('words', () => {
  it('are there for every phase, without what is for logs', () => {
    const phases = [
      'connecting',
      'asking',
      'negotiating',
      'playing',
      'interrupted',
      'waiting',
      'stopped',
    ] as const;
    const titles = phases.map((phase) => wordsOf(state({ phase }), 0, 0).title);
    expect(new Set(titles).size).toBe(phases.length);
  });

  it.each(problemCodes)('say what is wrong: %s', (code) => {
    const { title, advice } = wordsOf(state({ phase: 'stopped', problem: wrong(code) }), 0, 0);
    expect(title).not.toBe('Stopped');
    expect(title + advice).not.toContain('for logs');
  });

  it('say when another attempt is made', () => {
    const waiting = state({ phase: 'waiting', problem: wrong('viewer_limit'), retryAtMs: 9_500 });
    expect(wordsOf(waiting, 0, 0)).toEqual({
      title: 'Too many people are watching this camera',
      advice: 'The picture comes when somebody leaves. Trying again in 10 s.',
    });
    expect(wordsOf(waiting, 9_600, 0).advice).toContain('Trying again …');
  });

  it('say that it is live, that the server is away, that no picture comes', () => {
    expect(wordsOf(state({}), 0, 0)).toEqual({ title: 'Live', advice: '' });
    expect(wordsOf(state({ signaling: false }), 0, 0).advice).toContain('the picture goes on');
    expect(wordsOf(state({}), 0, 4_999).title).toBe('Live');
    expect(wordsOf(state({}), 0, 5_000).title).toContain('no picture');
  });
});

describe('figures', () => {
  const stats = { ...sampleOf([], 0), candidatesRefused: 0, serversRefused: 0 };
  const seen = {
    ...stats,
    framesDecoded: 21,
    framesPerSecond: 14.96,
    bitsPerSecond: 1_250_000,
    width: 640,
    height: 480,
    localCandidateType: 'relay',
    remoteCandidateType: 'host',
    roundTripMs: 1.6,
  };

  it('leave out what is not known', () => {
    expect(figuresOf(stats)).toEqual([
      ['Pictures in all', '0'],
      ['Packets lost', '0'],
    ]);
  });

  it('are written for people', () => {
    expect(figuresOf(seen)).toEqual([
      ['Picture', '640 × 480'],
      ['Pictures', '15.0 a second'],
      ['Data', '1.3 Mbit/s'],
      ['Path', 'relay to host'],
      ['Round trip', '2 ms'],
      ['Pictures in all', '21'],
      ['Packets lost', '0'],
    ]);
    expect(figuresOf({ ...stats, bitsPerSecond: 64_400 })).toContainEqual(['Data', '64 kbit/s']);
  });

  it('are written for programs', () => {
    expect(dataOf(state({}), undefined)).toMatchObject({ state: 'playing', framesDecoded: '', problem: '' });
    expect(dataOf(state({ phase: 'waiting', problem: wrong('busy'), signaling: false }), seen)).toEqual({
      state: 'waiting',
      signaling: 'down',
      session: 's1',
      edge: 'ws://one/ws/viewer',
      problem: 'busy',
      framesDecoded: '21',
      framesPerSecond: '14.96',
      bitsPerSecond: '1250000',
      localCandidateType: 'relay',
      remoteCandidateType: 'host',
      roundTripMs: '1.6',
    });
  });
});
