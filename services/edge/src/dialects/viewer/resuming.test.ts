// Ends of a watch session that come back: what waits for them, and what they are told.
import { describe, expect, it } from 'vitest';
import {
  answer,
  cameraEnd,
  candidate,
  courier,
  endAt,
  offer,
  pair,
  SESSION,
  told,
  viewerEnd,
} from './_pair.js';

describe('coming back', () => {
  it('lets everything wait for a viewer who can, and goes on where it was', () => {
    const { camera, person, carry } = pair({ viewer: true });
    person.say('signal_offer', offer);
    carry();
    person.watch({ on: 'closed', leaving: false });
    carry();
    expect(person.progress.at(-1)).toEqual({ is: 'lost' });
    expect(told(camera).map(([type]) => type)).toEqual(['watch_request', 'signal_offer']);
    camera.say('signal_answer', answer);
    camera.say('signal_ice', candidate(1));
    expect(camera.out).toEqual([]);

    const back = viewerEnd({ resume: [SESSION, SESSION, 7] }, 'viewer-9');
    const sessions = [SESSION];
    expect(back.asked.at(-1)?.question).toEqual({ kind: 'resume', person: { userId: '123' }, sessions });
    const end = endAt('viewer-9', true);
    expect(camera.watch({ on: 'signal', sessionId: SESSION, from: '', signal: { is: 'back', end } })).toBe(
      true,
    );
    const peer = endAt('camera-1');
    back.answer({
      kind: 'resumed',
      sessions: [{ sessionId: SESSION, peer, offered: true, answered: false }],
    });
    courier(back, camera, ['viewer-9', 'camera-1']);
    expect(back.said[0]).toMatchObject({
      type: 'hello_ack',
      payload: { user_id: '123', resumed: [SESSION] },
    });
    expect(told(back)).toEqual([
      ['signal_answer', answer],
      ['signal_ice', candidate(1)],
    ]);
    back.say('signal_ice', candidate(2));
    courier(back, camera, ['viewer-9', 'camera-1']);
    expect(told(camera).at(-1)).toEqual(['signal_ice', candidate(2)]);
    expect(back.progress).toEqual([{ is: 'answered', offeredAtMs: 0 }]);
  });

  it('keeps what the other end says to a connection that does not have its sessions back yet', () => {
    const candidateOf = (n: number) =>
      ({ is: 'ice', members: { candidate: candidate(n).candidate } }) as const;
    const back = viewerEnd({ resume: [SESSION] }, 'viewer-9');
    const early = { on: 'signal', sessionId: SESSION, from: 'camera-1', signal: candidateOf(1) } as const;
    expect(back.watch(early)).toBe(true);
    const foreign = { ...early, from: 'camera-8', signal: candidateOf(2) };
    expect(back.watch(foreign)).toBe(true);
    const peer = endAt('camera-1');
    back.answer({ kind: 'resumed', sessions: [{ sessionId: SESSION, peer, offered: true, answered: true }] });
    expect(back.said.map(({ type }) => type)).toEqual(['hello_ack', 'signal_ice']);
    expect(back.counts.at(-1)).toBe('dropped early');

    const camera = cameraEnd({ resume: true, sessions: [SESSION] }, 'camera-2');
    const offered = { ...early, from: 'viewer-1', signal: { is: 'offer', sdp: offer.sdp } } as const;
    expect(camera.watch(offered)).toBe(true);
    const viewer = endAt('viewer-1');
    camera.answer({
      kind: 'resumed',
      sessions: [{ sessionId: SESSION, peer: viewer, offered: true, answered: true }],
    });
    expect(camera.said.map(({ type }) => type)).toEqual(['hello_ack', 'signal_offer']);
  });

  it('is not waited for when the page was left', () => {
    const { camera, person, carry } = pair({ viewer: true });
    person.watch({ on: 'closed', leaving: true });
    carry();
    expect(person.progress).toEqual([{ is: 'ended', reason: 'viewer_disconnected' }]);
    expect(told(camera).at(-1)).toEqual([
      'watch_ended',
      { session_id: SESSION, reason: 'viewer_disconnected' },
    ]);
  });

  it('says to a viewer what is over, and to come again when nobody knows', () => {
    const gone = viewerEnd({ resume: [SESSION] });
    gone.answer({ kind: 'resumed', sessions: [] });
    expect(gone.said).toMatchObject([{ type: 'hello_ack', payload: { resumed: [] } }]);
    const unknown = viewerEnd({ resume: [SESSION] });
    unknown.answer({ kind: 'refused', code: 'unavailable', message: '' });
    expect([unknown.said, unknown.closes]).toEqual([[], [1013]]);
  });

  it('takes up the sessions that a camera names, and lets a camera in that has lost them', () => {
    const camera = cameraEnd({ resume: true, sessions: [SESSION] }, 'camera-2');
    expect(camera.asked.at(-1)?.question).toEqual({ kind: 'resume', sessions: [SESSION] });
    const peer = endAt('viewer-1');
    camera.answer({
      kind: 'resumed',
      sessions: [{ sessionId: SESSION, peer, offered: true, answered: true }],
    });
    expect(camera.said).toMatchObject([{ type: 'hello_ack', payload: { resumed: [SESSION] } }]);
    camera.say('signal_ice', candidate(1));
    expect(camera.out).toMatchObject([{ to: peer, sessionId: SESSION }]);
    const lost = cameraEnd({ resume: true, sessions: [SESSION] }, 'camera-3');
    lost.answer({ kind: 'refused', code: 'unavailable', message: '' });
    expect(lost.said).toMatchObject([{ type: 'hello_ack', payload: { resumed: [] } }]);
    expect(lost.closes).toEqual([]);
  });

  it('has nothing to do with a camera that never spoke of it, and one that names no session has none', () => {
    expect(cameraEnd().said).toMatchObject([{ type: 'hello_ack' }]);
    const anew = cameraEnd({ resume: true });
    expect(anew.said).toEqual([]);
    expect(anew.asked.at(-1)?.question).toEqual({ kind: 'resume', sessions: [] });
    anew.answer({ kind: 'resumed', sessions: [] });
    expect(anew.said.map(({ payload }) => Object.keys(payload))).toEqual([['device_id', 'server_time']]);
  });
});
