// What is offered to whom, signed with which secret, until when; and which settings are refused.
import { readFileSync } from 'node:fs';
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { sessionOf } from '../domain/_session.js';
import { deviceHolder, iceOffer, iceSettings, viewerHolder } from './ice-servers.js';
import { turnPassword } from './turn-credential.js';

const lists = {
  stunUrls: 'stun:stun.example.test:3478,stun:stun1.example.test',
  turnUrls: 'turn:turn.example.test:3478?transport=udp, turns:turn.example.test:5349',
  deviceStunUrls: '',
  deviceTurnUrls: '',
  turnSecrets: 'new-secret,old-secret',
  turnTtlS: 3600,
};
const settings = iceSettings(lists);

describe('ice servers', () => {
  it('signs with the first secret and expires after the time to live', () => {
    const offer = iceOffer(settings, 'viewer', 'viewer_ada', 1_000_999);
    expect(offer.expiresAtMs).toBe(4_600_000);
    expect(offer.servers).toEqual([
      { urls: ['stun:stun.example.test:3478', 'stun:stun1.example.test'], username: '', credential: '' },
      {
        urls: ['turn:turn.example.test:3478?transport=udp', 'turns:turn.example.test:5349'],
        username: '4600:viewer_ada',
        credential: turnPassword('new-secret', '4600:viewer_ada'),
      },
    ]);
  });

  it('offers a camera the same servers, or those that it reaches', () => {
    const urls = (given: Partial<typeof lists>) =>
      iceOffer(iceSettings({ ...lists, ...given }), 'device', 'd', 0).servers.map((server) => server.urls);
    expect(urls({})).toEqual([settings.viewer.stunUrls, settings.viewer.turnUrls]);
    expect(urls({ deviceTurnUrls: 'turn:inside.test' })).toEqual([
      settings.viewer.stunUrls,
      ['turn:inside.test?transport=udp', 'turn:inside.test?transport=tcp'],
    ]);
    const turns = 'turns:b';
    expect(urls({ deviceStunUrls: 'stun:a', deviceTurnUrls: turns })).toEqual([['stun:a'], [turns]]);
  });

  it('offers a TURN server over both transports where none is said, each once', () => {
    const turnUrls = 'turn:a?transport=udp,turn:a,turns:a:443';
    expect(iceSettings({ ...lists, turnUrls }).viewer.turnUrls).toEqual([
      ...['turn:a?transport=udp', 'turn:a?transport=tcp', 'turns:a:443'],
    ]);
  });

  it('offers nothing when nothing is configured', () => {
    const none = iceSettings({ ...lists, stunUrls: '', turnUrls: '' });
    expect(iceOffer(none, 'viewer', 'ada', 0)).toEqual({ servers: [], expiresAtMs: 0 });
  });

  it('names every wrong setting at once', () => {
    const wrong = { ...lists, stunUrls: 'http://a', deviceTurnUrls: 'turn:b,stun:c', turnSecrets: '' };
    expect(() => iceSettings(wrong)).toThrowError(/http:\/\/a.*stun:c.*need a secret/);
    try {
      iceSettings(wrong);
    } catch (error) {
      expect(isFault(error, 'invalid')).toBe(true);
    }
  });
});

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: {
    readonly role: 'device' | 'viewer';
    readonly session_id: string;
    readonly user_id: string;
    readonly expiry: number;
  };
  readonly expected: { readonly username: string };
}

const file = new URL('../../../../test/vectors/camera.json', import.meta.url);
const all = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };
const shapes = all.vectors.filter(({ kind }) => kind === 'turn_username_shape');

describe('usernames', () => {
  it('have vectors to check against', () => expect(shapes.length).toBeGreaterThanOrEqual(2));

  it.each(shapes)('$name', ({ input, expected }) => {
    const session = sessionOf({
      id: input.session_id,
      watcher: { userId: input.user_id, apiKey: false },
    });
    const holder = input.role === 'viewer' ? viewerHolder(session) : deviceHolder(session);
    const { servers } = iceOffer(settings, input.role, holder, (input.expiry - lists.turnTtlS) * 1_000);
    expect(servers.at(-1)?.username).toBe(expected.username);
  });
});
