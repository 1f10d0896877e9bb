// The messages of a viewer's socket, as they are sent and as they come.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from './wire.js';

const session = '550e8400-e29b-41d4-a716-446655440000';
const said = (type: string, payload: unknown, more: object = {}) =>
  decode(JSON.stringify({ type, payload, ...more }));

describe('what is sent', () => {
  it('is an envelope with a time, and a request id where there is one', () => {
    const text = encode('watch_request', { device_id: 'cam' }, 1_735_734_896_789, 'r1');
    expect(JSON.parse(text)).toEqual({
      type: 'watch_request',
      request_id: 'r1',
      ts: '2025-01-01T12:34:56.789Z',
      payload: { device_id: 'cam' },
    });
    expect(JSON.parse(encode('heartbeat', {}, 0))).not.toHaveProperty('request_id');
  });
});

describe('what comes', () => {
  it.each<[string, unknown, object]>([
    ['hello_ack', { user_id: '1', server_time: 'x' }, { resumed: [] }],
    ['hello_ack', { resumed: [session, 7] }, { resumed: [session] }],
    ['heartbeat_ack', undefined, {}],
    [
      'watch_ready',
      {
        session_id: session,
        ice_servers: [
          { urls: 'stun:a' },
          { urls: ['turn:a', 'turn:b'], username: 'u', credential: 'c', credentialType: 'password' },
          { urls: [] },
          'nonsense',
        ],
      },
      {
        sessionId: session,
        iceServers: [{ urls: ['stun:a'] }, { urls: ['turn:a', 'turn:b'], username: 'u', credential: 'c' }],
      },
    ],
    ['ice_servers', { session_id: session, expires_at: 'x' }, { sessionId: session, iceServers: [] }],
    [
      'signal_answer',
      { session_id: session, sdp: { type: 'answer', sdp: 'v=0' } },
      { sessionId: session, answer: { type: 'answer', sdp: 'v=0' } },
    ],
    ['signal_ice', { session_id: session, candidate: null }, { sessionId: session, candidate: null }],
    [
      'signal_ice',
      { session_id: session, candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0, more: 1 } },
      { sessionId: session, candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0 } },
    ],
    [
      'signal_ice',
      { session_id: session, candidate: { candidate: 'c', usernameFragment: 'f' } },
      {
        sessionId: session,
        candidate: { candidate: 'c', sdpMid: null, sdpMLineIndex: null, usernameFragment: 'f' },
      },
    ],
    ['watch_ended', { session_id: session, reason: 'timeout' }, { sessionId: session, reason: 'timeout' }],
    [
      'error',
      { message: 'Too many viewers', code: 'viewer_limit' },
      { problem: { code: 'viewer_limit', message: 'Too many viewers' } },
    ],
    [
      'error',
      { message: 'Device is offline' },
      { problem: { code: 'device_offline', message: 'Device is offline' } },
    ],
    [
      'error',
      { message: 'no lens', code: 'odd', session_id: session },
      { sessionId: session, problem: { code: 'internal', message: 'no lens' } },
    ],
  ])('%s %j', (type, payload, expected) => {
    expect(said(type, payload)).toEqual({ type, ...expected });
  });

  it('has its request id, when that is one', () => {
    expect(said('heartbeat_ack', {}, { request_id: 'r' })).toEqual({ type: 'heartbeat_ack', requestId: 'r' });
    expect(said('heartbeat_ack', {}, { request_id: null })).toEqual({ type: 'heartbeat_ack' });
  });

  it.each<[string, unknown]>([
    ['watch_ready', {}],
    ['signal_answer', { session_id: session }],
    ['signal_answer', { session_id: session, sdp: 'v=0' }],
    ['signal_ice', { session_id: session }],
    ['signal_ice', { session_id: session, candidate: 'c' }],
    ['watch_ended', []],
    ['anything', { session_id: session }],
  ])('is ignored: %s %j', (type, payload) => expect(said(type, payload)).toBeUndefined());

  it('is never the end, whatever it is', () => {
    expect(decode('{')).toBeUndefined();
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void decode(text)));
  });
});
