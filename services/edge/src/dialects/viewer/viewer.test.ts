// The viewer machine read through its effects: hello with a token, renewal, and honest answers about watching.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_HELD } from '../camera/arrival.js';
import { Failure } from '../camera/replies.js';
import type { Answer, Effect, Input, Step } from '../dialect.js';
import { type ViewerState, viewer } from './viewer.js';

const now = Date.UTC(2025, 0, 1, 12, 36);
const ts = '2025-01-01T12:36:00.000Z';
const greeting = {
  path: '/ws/viewer',
  query: '',
  headers: {},
  remoteAddress: '192.0.2.1',
  connectionId: 'c1',
  policy: 'enrolled',
} as const;
const text = (value: string): Input => ({
  on: 'frame',
  frame: { data: new TextEncoder().encode(value), binary: false },
});
const say = (type: string, payload: unknown = {}, rest: object = {}): Input =>
  text(JSON.stringify({ type, ts, payload, ...rest }));
const answer = (value: Answer, to = 'hello'): Input => ({ on: 'answer', to, answer: value });
const hello = say('hello', { token: 'jwt' });
const authenticated = answer({ kind: 'authenticated', person: { userId: '123' } });

function run(...inputs: readonly Input[]): Step<ViewerState> {
  let step = viewer.open(greeting, now);
  for (const input of inputs) step = viewer.step(step.state, input, now);
  return step;
}
const said = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'send' ? [JSON.parse(String(effect.frame)) as object] : []));
const closes = (effects: readonly Effect[]) => effects.filter((effect) => effect.do === 'close');
const welcome = { type: 'hello_ack', ts, payload: { user_id: '123', server_time: ts } };

describe('hello', () => {
  it('is awaited for ten seconds', () => {
    expect(run().effects).toEqual([{ do: 'arm', timer: 'hello', afterMs: 10_000 }]);
    expect(closes(run({ on: 'timer', timer: 'hello' }).effects)).toMatchObject([
      { close: { code: 1008, text: 'Hello timeout' } },
    ]);
    expect(run(hello, { on: 'timer', timer: 'hello' }).effects).toEqual([]);
  });

  it('asks who the token names, and is answered with that user as text', () => {
    expect(run(hello).effects).toEqual([
      { do: 'disarm', timer: 'hello' },
      { do: 'ask', as: 'hello', question: { kind: 'authenticate', token: 'jwt' } },
    ]);
    expect(said(run(hello, authenticated).effects)).toEqual([welcome]);
  });

  it.each([
    ['another message', say('heartbeat'), 'Expected hello message'],
    ['broken JSON', text('{'), 'Expected hello message'],
    ['no token', say('hello'), 'Missing token'],
    ['a null token', say('hello', { token: null }), 'Missing token'],
    ['a token that is no text', say('hello', { token: 7 }), 'Invalid token'],
    ['an overlong token', say('hello', { token: 'x'.repeat(8193) }), 'Invalid token'],
  ])('closes 1008 on %s', (_, input, closeText) => {
    const { state, effects } = run(input);
    expect(closes(effects)).toMatchObject([{ close: { code: 1008, text: closeText } }]);
    expect(viewer.step(state, hello, now).effects).toEqual([]);
  });

  it.each([
    ['unauthenticated', 1008, 'Invalid token', Failure.invalidToken],
    ['not_found', 1008, 'Invalid token', Failure.invalidToken],
    ['invalid', 1008, 'Invalid token', Failure.invalidToken],
    ['forbidden', 1008, 'Unauthorized', Failure.unauthorized],
    ['exhausted', 1013, 'Try again later', undefined],
    ['unavailable', 1013, 'Try again later', undefined],
    ['conflict', 1013, 'Try again later', undefined],
  ] as const)('refused as %s closes %i', (code, closeCode, closeText, failure) => {
    const { effects } = run(hello, answer({ kind: 'refused', code, message: 'internal detail' }));
    expect(said(effects)).toEqual(failure === undefined ? [] : [{ type: 'error', ts, payload: failure }]);
    expect(effects.at(-1)).toMatchObject({ do: 'close', close: { code: closeCode, text: closeText } });
  });
});

describe('a further hello', () => {
  const again = say('hello', { token: 'newer' }, { request_id: 'h2' });
  const ready = [hello, authenticated];

  it('is verified and acknowledged when it names the same user', () => {
    expect(run(...ready, again).effects).toEqual([
      { do: 'ask', as: 'renew', question: { kind: 'authenticate', token: 'newer' } },
    ]);
    const renewed = run(
      ...ready,
      again,
      answer({ kind: 'authenticated', person: { userId: '123' } }, 'renew'),
    );
    expect(said(renewed.effects)).toEqual([{ ...welcome, request_id: 'h2' }]);
  });

  it.each([
    ['names another user', { kind: 'authenticated', person: { userId: '9' } }, Failure.badRequest],
    ['has a bad token', { kind: 'refused', code: 'unauthenticated', message: '' }, Failure.invalidToken],
    ['cannot be verified now', { kind: 'refused', code: 'unavailable', message: '' }, Failure.internal],
  ] as const)('that %s is refused and the socket stays open', (_, value, failure) => {
    const { state, effects } = run(...ready, again, answer(value, 'renew'));
    expect(effects).toHaveLength(1);
    expect(said(effects)).toEqual([{ type: 'error', request_id: 'h2', ts, payload: failure }]);
    expect(said(viewer.step(state, again, now).effects)).toEqual([]);
  });

  it('without a token, or while another is verified, is refused', () => {
    expect(said(run(...ready, say('hello')).effects)).toMatchObject([{ payload: Failure.badRequest }]);
    expect(said(run(...ready, again, again).effects)).toMatchObject([{ payload: Failure.rateLimited }]);
  });
});

describe('messages', () => {
  it('that come while hello is verified are held, in order and bounded', () => {
    // The seed author's web viewer asks to watch 500 ms after its hello, acknowledged or not.
    const early = say('watch_request', { device_id: 'kitchen-cam-001' });
    expect(run(hello, early).effects).toEqual([]);
    const { effects } = run(hello, early, say('heartbeat'), authenticated);
    expect(said(effects)).toMatchObject([{ type: 'hello_ack' }, { type: 'heartbeat_ack' }]);
    const question = { kind: 'watch', person: { userId: '123' }, device: 'kitchen-cam-001', resumes: false };
    expect(effects).toContainEqual({ do: 'ask', as: 'ask 1', question });
    const full = Array.from({ length: MAX_HELD }, () => say('heartbeat'));
    expect(said(run(hello, ...full, early).effects)).toMatchObject([{ payload: Failure.rateLimited }]);
  });

  it.each([
    ['heartbeat', say('heartbeat', {}), { type: 'heartbeat_ack', ts, payload: {} }],
    ['watch_request for nothing', say('watch_request'), { type: 'error', ts, payload: Failure.badRequest }],
    [
      'signal_offer',
      say('signal_offer', { session_id: 's1', sdp: { type: 'offer', sdp: 'v=0' } }),
      { type: 'error', ts, payload: { ...Failure.sessionNotFound, session_id: 's1' } },
    ],
    [
      'signal_ice',
      say('signal_ice', { session_id: 's1', candidate: null }, { request_id: 'x' }),
      { type: 'error', request_id: 'x', ts, payload: { ...Failure.sessionNotFound, session_id: 's1' } },
    ],
    [
      'end_watch',
      say('end_watch', { session_id: 's1' }),
      { type: 'error', ts, payload: { ...Failure.sessionNotFound, session_id: 's1' } },
    ],
    ['a device message', say('device_presence'), { type: 'error', ts, payload: Failure.unknownType }],
    ['broken JSON', text('{'), { type: 'error', ts, payload: Failure.badRequest }],
  ])('%s is answered and the socket stays open', (_, input, expected) => {
    const { state, effects } = run(hello, authenticated, input);
    expect(said(effects)).toEqual([expected]);
    expect(closes(effects)).toEqual([]);
    expect(state.phase).toBe('ready');
  });

  it('in a binary frame close 1003', () => {
    const binary: Input = { on: 'frame', frame: { data: Uint8Array.of(1), binary: true } };
    expect(closes(run(hello, authenticated, binary).effects)).toMatchObject([{ close: { code: 1003 } }]);
  });
});

describe('any input', () => {
  const payload = fc.oneof(
    fc.constant({ token: 'jwt' }),
    fc.record({ device_id: fc.string() }),
    fc.jsonValue(),
  );
  const types = ['hello', 'heartbeat', 'watch_request', 'signal_ice', 'error', 'other'];
  const spoken = fc
    .record({ type: fc.constantFrom(...types), payload, request_id: fc.jsonValue() })
    .map((envelope) => text(JSON.stringify(envelope)));
  const raw = fc
    .record({ data: fc.uint8Array(), binary: fc.boolean() })
    .map((frame): Input => ({ on: 'frame', frame }));
  const answers = fc.constantFrom<Answer[]>(
    { kind: 'authenticated', person: { userId: '123' } },
    { kind: 'refused', code: 'unauthenticated', message: '' },
    { kind: 'durable' },
  );
  const answered = fc
    .tuple(fc.constantFrom('hello', 'renew'), answers)
    .map(([to, value]) => answer(value, to));
  const input = fc.oneof({ weight: 4, arbitrary: spoken }, { weight: 1, arbitrary: raw }, answered);

  it('is survived; nothing follows a close, and no reply carries a null request id', () => {
    const property = fc.property(fc.boolean(), fc.array(input, { maxLength: 30 }), (greeted, inputs) => {
      let { state } = viewer.open(greeting, now);
      let isClosed = false;
      for (const each of greeted ? [hello, authenticated, ...inputs] : inputs) {
        const step = viewer.step(state, each, now);
        if (isClosed) expect(step.effects).toEqual([]);
        for (const message of said(step.effects)) {
          expect('request_id' in message ? typeof message.request_id : 'string').toBe('string');
        }
        isClosed ||= closes(step.effects).length > 0;
        state = step.state;
      }
    });
    fc.assert(property);
  });
});
