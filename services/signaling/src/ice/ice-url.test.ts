// Which URLs are taken for STUN and TURN servers, and over which transports each is offered.
import { describe, expect, it } from 'vitest';
import { stunProblem, turnOffers, turnProblem } from './ice-url.js';

describe('a URL of a STUN server', () => {
  it.each([
    'stun:stun.example.test',
    'stuns:stun.example.test:5349',
    'stun:192.0.2.1:3478',
    'stun:[2001:db8::1]:3478',
  ])('may be %s', (url) => expect(stunProblem(url)).toBeUndefined());

  it.each([
    'turn:a',
    'stun:',
    'stun:a:0',
    'stun:a:65536',
    'stun:a:x',
    'stun:a?transport=udp',
    'stun://a',
    'stun:u@a',
    'stun:a b',
  ])('is not %s', (url) => expect(stunProblem(url)).toBe(`${url} is not a stun: or stuns: URL`));
});

describe('a URL of a TURN server', () => {
  it.each([
    [
      'turn:turn.example.test',
      ['turn:turn.example.test?transport=udp', 'turn:turn.example.test?transport=tcp'],
    ],
    ['turn:[2001:db8::1]:80', ['turn:[2001:db8::1]:80?transport=udp', 'turn:[2001:db8::1]:80?transport=tcp']],
    ['turn:a:3478?transport=udp', ['turn:a:3478?transport=udp']],
    ['turn:a?transport=tcp', ['turn:a?transport=tcp']],
    ['turns:a:443', ['turns:a:443']],
    ['turns:a:443?transport=tcp', ['turns:a:443?transport=tcp']],
  ])('%s is offered as it says, or over UDP and TCP', (url, offers) => {
    expect(turnProblem(url)).toBeUndefined();
    expect(turnOffers(url)).toEqual(offers);
    for (const offer of offers) expect(turnProblem(offer)).toBeUndefined();
  });

  it.each([
    'stun:a',
    'turn:',
    'turn:a:99999',
    'turn:a?transport=sctp',
    'turn:a?transport=',
    'turn:a?x',
    'turn://a',
    'TURN:a',
  ])('is not %s', (url) => expect(turnProblem(url)).toBe(`${url} is not a turn: or turns: URL`));

  it('has no TLS over UDP', () => {
    expect(turnProblem('turns:a?transport=udp')).toContain('TLS goes over TCP');
  });
});
