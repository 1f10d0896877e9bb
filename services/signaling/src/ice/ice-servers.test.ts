// What is offered, signed with which secret, until when; and which settings are refused.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { iceOffer, iceSettings } from './ice-servers.js';
import { turnPassword } from './turn-credential.js';

const settings = iceSettings({
  stunUrls: 'stun:stun.example.test:3478',
  turnUrls: 'turn:turn.example.test:3478?transport=udp, turns:turn.example.test:5349',
  turnSecrets: 'new-secret,old-secret',
  turnTtlS: 3600,
});

describe('ice servers', () => {
  it('signs with the first secret and expires after the time to live', () => {
    const offer = iceOffer(settings, 'ada', 1_000_999);
    expect(offer.expiresAtMs).toBe(4_600_000);
    expect(offer.servers).toEqual([
      { urls: ['stun:stun.example.test:3478'], username: '', credential: '' },
      {
        urls: ['turn:turn.example.test:3478?transport=udp', 'turns:turn.example.test:5349'],
        username: '4600:viewer_ada',
        credential: turnPassword('new-secret', '4600:viewer_ada'),
      },
    ]);
  });

  it('offers nothing when nothing is configured', () => {
    const none = iceSettings({ stunUrls: '', turnUrls: '', turnSecrets: 'unused', turnTtlS: 60 });
    expect(iceOffer(none, 'ada', 0)).toEqual({ servers: [], expiresAtMs: 0 });
  });

  it('names every wrong setting at once', () => {
    const wrong = { stunUrls: 'http://a', turnUrls: 'turn:b,stun:c', turnSecrets: '', turnTtlS: 60 };
    expect(() => iceSettings(wrong)).toThrowError(/http:\/\/a.*stun:c.*need a secret/);
    try {
      iceSettings(wrong);
    } catch (error) {
      expect(isFault(error, 'invalid')).toBe(true);
    }
  });
});
