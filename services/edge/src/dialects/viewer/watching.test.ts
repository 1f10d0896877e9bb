// A viewer and a camera through their machines: what passes, in which order, what is held, who hears of the end.
import { describe, expect, it } from 'vitest';
import { MAX_EARLY } from '../camera/arriving.js';
import { MAX_HELD_SIGNALS } from '../camera/watches.js';
import { EndReason } from '../watch.js';
import {
  answer,
  cameraEnd,
  candidate,
  courier,
  endAt,
  ice,
  now,
  offer,
  pair,
  SESSION,
  told,
  viewerEnd,
  watching,
} from './_pair.js';

describe('a watch', () => {
  it('begins with what each side needs, credentials and all', () => {
    const { camera, person } = pair();
    const servers = [
      { urls: 'stun:a' },
      { urls: 'stun:b' },
      { urls: ice.servers[1]?.urls, username: 'u', credential: 'c', credentialType: 'password' },
    ];
    expect(told(camera)).toEqual([
      ['watch_request', { session_id: SESSION, user_id: '123', ice_servers: servers }],
    ]);
    const expires_at = '2025-01-01T13:36:00.000Z';
    expect(person.said.at(-1)).toMatchObject({
      type: 'watch_ready',
      request_id: 'req-001',
      payload: { session_id: SESSION, ice_servers: servers, expires_at },
    });
  });

  it('passes offer, answer and candidates as they are, and says how far it is', () => {
    const { camera, person, carry } = pair();
    person.say('signal_offer', offer);
    carry();
    camera.say('signal_answer', answer);
    camera.say('signal_ice', candidate(1));
    person.say('signal_ice', { session_id: SESSION, candidate: null });
    person.say('signal_ice', { session_id: SESSION, candidate: '' });
    carry();
    expect(told(camera).slice(1)).toEqual([
      ['signal_offer', offer],
      ['signal_ice', { session_id: SESSION, candidate: null }],
      ['signal_ice', { session_id: SESSION, candidate: '' }],
    ]);
    expect(told(person).slice(1)).toEqual([
      ['signal_answer', answer],
      ['signal_ice', candidate(1)],
    ]);
    expect(person.progress).toEqual([{ is: 'offered' }, { is: 'answered', offeredAtMs: now }]);
    expect(camera.progress).toEqual([]);
  });

  it('passes further offers and their answers, and tells of the first ones alone', () => {
    const { camera, person, carry } = pair();
    for (const _ of [1, 2]) {
      person.say('signal_offer', offer);
      carry();
      camera.say('signal_answer', answer);
      carry();
    }
    expect(told(camera).filter(([type]) => type === 'signal_offer')).toHaveLength(2);
    expect(told(person).filter(([type]) => type === 'signal_answer')).toHaveLength(2);
    expect(person.progress).toHaveLength(2);
  });

  it('holds candidates until the description that they belong to has passed, on either side', () => {
    const { camera, person, carry } = pair();
    for (const n of [1, 2]) person.say('signal_ice', candidate(n));
    carry();
    expect(told(camera)).toHaveLength(1);
    person.say('signal_offer', offer);
    for (const n of [3, 4]) camera.say('signal_ice', candidate(n));
    carry();
    expect(told(camera).slice(1)).toEqual([
      ['signal_offer', offer],
      ['signal_ice', candidate(1)],
      ['signal_ice', candidate(2)],
    ]);
    expect(told(person)).toHaveLength(1);
    camera.say('signal_answer', answer);
    carry();
    expect(told(person).slice(1)).toEqual([
      ['signal_answer', answer],
      ['signal_ice', candidate(3)],
      ['signal_ice', candidate(4)],
    ]);
    expect(person.counts).toEqual([
      'ignored ts',
      'ignored ts',
      'ignored ts',
      'held candidate',
      'ignored ts',
      'held candidate',
      'ignored ts',
    ]);
  });

  it('holds no more than it may, and counts the rest', () => {
    const { camera, person, carry } = pair();
    for (let n = 0; n < MAX_HELD_SIGNALS + 2; n++) person.say('signal_ice', candidate(n));
    expect(person.counts.filter((each) => each === 'dropped candidate')).toHaveLength(2);
    person.say('signal_offer', offer);
    carry();
    expect(told(camera)).toHaveLength(2 + MAX_HELD_SIGNALS);
  });

  it('allows the camera the frames that an offer makes it send', () => {
    const { camera, person, carry } = pair();
    const before = camera.allowed;
    person.say('signal_offer', offer);
    carry();
    expect(before).toBeGreaterThan(0);
    expect(camera.allowed).toBeGreaterThan(before);
    expect(person.allowed).toBe(0);
  });

  it.each([
    ['an offer without sdp', 'signal_offer', { session_id: SESSION }],
    ['an offer whose sdp is text', 'signal_offer', { session_id: SESSION, sdp: 'v=0' }],
    ['an answer, which is the camera’s to give', 'signal_answer', answer],
    ['no candidate', 'signal_ice', { session_id: SESSION }],
    ['a candidate that is a number', 'signal_ice', { session_id: SESSION, candidate: 1 }],
  ])('refuses %s and passes nothing', (_, type, payload) => {
    const { person } = pair();
    person.say(type, payload, { request_id: 'x' });
    expect(person.said.at(-1)).toMatchObject({
      type: 'error',
      request_id: 'x',
      payload: { code: 'bad_request', session_id: SESSION },
    });
    expect(person.out).toEqual([]);
  });
});

describe('a session', () => {
  it('of others does not exist, whoever asks', () => {
    const { camera, person } = pair();
    const [stranger, other] = [viewerEnd({}, 'viewer-2'), cameraEnd({}, 'camera-2')];
    stranger.say('signal_offer', offer);
    stranger.say('end_watch', { session_id: SESSION });
    stranger.say('ice_servers_request', { session_id: SESSION });
    other.say('signal_answer', answer);
    for (const end of [stranger, other]) {
      expect(told(end).map(([, payload]) => payload)).toEqual(
        told(end).map(() => ({
          message: 'Session not found',
          code: 'session_not_found',
          session_id: SESSION,
        })),
      );
      expect(end.out).toEqual([]);
    }
    const forged = { is: 'offer', sdp: offer.sdp } as const;
    expect(camera.watch({ on: 'signal', sessionId: SESSION, from: 'viewer-2', signal: forged })).toBe(false);
    expect([told(camera).length, told(person).length]).toEqual([1, 1]);
  });

  it.each([
    ['not_found', 'device_not_found'],
    ['forbidden', 'unauthorized'],
    ['conflict', 'device_offline'],
    ['exhausted', 'viewer_limit'],
    ['unavailable', 'internal'],
  ] as const)('that is refused as %s is answered %s', (code, expected) => {
    const person = viewerEnd();
    person.say('watch_request', { device_id: 'x' }, { request_id: 'r' });
    person.answer({ kind: 'refused', code, message: 'secret' });
    expect(person.said.at(-1)).toMatchObject({ type: 'error', request_id: 'r', payload: { code: expected } });
    expect(JSON.stringify(person.said)).not.toContain('secret');
  });

  it('gets fresh ICE servers under the request that asked for them', () => {
    const { camera } = pair();
    camera.say('ice_servers_request', { session_id: SESSION }, { request_id: 'i' });
    expect(camera.asked.at(-1)?.question).toEqual({ kind: 'ice_servers', sessionId: SESSION });
    camera.answer({ kind: 'ice_servers', ice });
    expect(camera.said.at(-1)).toMatchObject({
      type: 'ice_servers',
      request_id: 'i',
      payload: { session_id: SESSION, expires_at: '2025-01-01T13:36:00.000Z' },
    });
  });

  it('that the camera refused before its viewer knew of it begins and ends in order', () => {
    const camera = cameraEnd();
    const person = viewerEnd();
    person.say('watch_request', { device_id: 'kitchen-cam-001' });
    const start = { on: 'start', sessionId: SESSION, userId: '123', ice, traceparent: '' } as const;
    camera.watch({ ...start, viewer: endAt('viewer-1') });
    camera.say('error', { session_id: SESSION, message: 'The lens is covered' });
    courier(person, camera, ['viewer-1', 'camera-1']);
    expect(told(person)).toEqual([]);
    person.answer(watching());
    expect(told(person)).toMatchObject([
      ['watch_ready', { session_id: SESSION }],
      ['error', { message: 'The lens is covered', code: 'device_error', session_id: SESSION }],
      ['watch_ended', { session_id: SESSION, reason: 'error' }],
    ]);
  });

  it('that nobody asked for is not kept', () => {
    const person = viewerEnd();
    const signal = { is: 'ended', reason: EndReason.timeout } as const;
    expect(person.watch({ on: 'signal', sessionId: SESSION, from: 'c', signal })).toBe(false);
    person.say('watch_request', { device_id: 'x' });
    for (let n = 0; n < MAX_EARLY; n++) {
      expect(person.watch({ on: 'signal', sessionId: `s${n}`, from: 'c', signal })).toBe(true);
    }
    expect(person.watch({ on: 'signal', sessionId: 'more', from: 'c', signal })).toBe(false);
    person.answer({ kind: 'refused', code: 'conflict', message: '' });
    expect(person.counts.filter((each) => each === 'dropped early')).toHaveLength(MAX_EARLY + 1);
  });
});
