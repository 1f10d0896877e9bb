// Every shape of ICE server that a platform may hand out, and what is none.
import { describe, expect, it } from 'vitest';
import { iceServersOf } from './ice-servers.js';

const credential = { username: '1735740000:device_550e8400', credential: '0msOU6K+LiY1kPf6Y9ZWhB0Z6kM=' };
const relay = { username: credential.username, password: credential.credential };

describe('ICE servers', () => {
  it('are one for each URL, with the port of their scheme unless they name one', () => {
    const servers = [
      { urls: ['stun:stun.example.com', 'stun:192.0.2.1:19302'] },
      {
        urls: ['turn:turn.example.com:3478?transport=udp', 'turn:turn.example.com?transport=tcp'],
        ...credential,
        credentialType: 'password',
      },
      { urls: 'turns:[2001:db8::1]', ...credential },
    ];
    expect(iceServersOf(servers)).toEqual([
      { hostname: 'stun.example.com', port: 3478 },
      { hostname: '192.0.2.1', port: 19302 },
      { hostname: 'turn.example.com', port: 3478, ...relay, relayType: 'TurnUdp' },
      { hostname: 'turn.example.com', port: 3478, ...relay, relayType: 'TurnTcp' },
      { hostname: '2001:db8::1', port: 5349, ...relay, relayType: 'TurnTls' },
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['no list', { urls: 'stun:a' }],
    ['no objects', ['stun:a', null, 7]],
    [
      'no URLs',
      [{}, { urls: 7 }, { urls: [null] }, { urls: 'http://a' }, { urls: 'turn:a b', ...credential }],
    ],
    ['relays without credentials', [{ urls: 'turn:a' }, { urls: 'turn:a', username: 'u' }]],
  ])('are none where there is %s', (_, value) => {
    expect(iceServersOf(value)).toEqual([]);
  });
});
