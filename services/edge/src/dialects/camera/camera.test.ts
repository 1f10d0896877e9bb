// The camera machine read through its effects: hello, heartbeat, refusals and what keeps the socket open.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdmittedDevice, Answer, CommandAction, Effect, Input, Step } from '../dialect.js';
import { MAX_HELD, MAX_HELD_BYTES } from './arrival.js';
import { type CameraState, camera } from './camera.js';
import { Failure } from './replies.js';

const now = Date.UTC(2025, 0, 1, 12, 34, 56, 800);
const ts = '2025-01-01T12:34:56.800Z';
const device: AdmittedDevice = {
  id: '0197-cam',
  number: 7n,
  organizationId: 'org',
  timeZone: 'Europe/Sofia',
  epoch: 3n,
  identifier: 'kitchen-cam-001',
};
const greeting = {
  path: '/ws/device',
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
const say = (type: string, payload?: unknown, rest: object = {}): Input =>
  text(JSON.stringify({ type, ts, ...(payload === undefined ? {} : { payload }), ...rest }));
const answer = (value: Answer, to = 'hello'): Input => ({ on: 'answer', to, answer: value });
const hello = say('hello', { device_id: device.identifier });
const admitted = answer({ kind: 'admitted', device });

/** Runs inputs after one another; the effects are those of the last one. */
function run(...inputs: readonly Input[]): Step<CameraState> {
  let step = camera.open(greeting, now);
  for (const input of inputs) step = camera.step(step.state, input, now);
  return step;
}
/** The messages among the effects, as the camera reads them. */
const said = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'send' ? [JSON.parse(String(effect.frame)) as object] : []));
const closes = (effects: readonly Effect[]) => effects.filter((effect) => effect.do === 'close');
const error = (failure: (typeof Failure)[keyof typeof Failure], rest: object = {}) => ({
  type: 'error',
  ts,
  payload: failure,
  ...rest,
});

describe('hello', () => {
  it('is awaited for ten seconds', () => {
    expect(run().effects).toEqual([{ do: 'arm', timer: 'hello', afterMs: 10_000 }]);
    expect(run({ on: 'timer', timer: 'hello' }).effects).toEqual([
      { do: 'close', close: { code: 1008, text: 'Hello timeout' }, reason: 'hello_timeout' },
    ]);
  });

  it('asks for admission, and a timer that fires late changes nothing', () => {
    expect(run(hello).effects).toEqual([
      { do: 'disarm', timer: 'hello' },
      {
        do: 'ask',
        as: 'hello',
        question: { kind: 'admit', identifier: 'kitchen-cam-001', deviceKind: 'camera' },
      },
    ]);
    expect(run(hello, { on: 'timer', timer: 'hello' }).effects).toEqual([]);
  });

  it('passes the token on', () => {
    const { effects } = run(say('hello', { device_id: 'cam', token: 'secret' }));
    expect(effects[1]).toMatchObject({ question: { token: 'secret' } });
  });

  it.each([null, ''])('takes token %j for none', (token) => {
    const ask = run(say('hello', { device_id: 'cam', token })).effects[1];
    expect(ask).toMatchObject({ do: 'ask' });
    expect(JSON.stringify(ask)).not.toContain('token');
  });

  it('is answered once admitted, with the request id if there was one', () => {
    const payload = { device_id: 'kitchen-cam-001', server_time: ts };
    expect(said(run(hello, admitted).effects)).toEqual([{ type: 'hello_ack', ts, payload }]);
    const asked = say('hello', { device_id: device.identifier }, { request_id: 'h1' });
    expect(said(run(asked, admitted).effects)).toEqual([
      { type: 'hello_ack', request_id: 'h1', ts, payload },
    ]);
  });

  it.each([
    ['another message', say('heartbeat', {}), 'Expected hello message'],
    ['broken JSON', text('{'), 'Expected hello message'],
    ['a payload that is no object', say('hello', 'kitchen-cam-001'), 'Expected hello message'],
    ['no device_id', say('hello'), 'Missing device_id'],
    ['an empty device_id', say('hello', { device_id: '' }), 'Missing device_id'],
    ['a device_id that is no text', say('hello', { device_id: 7 }), 'Missing device_id'],
    ['an overlong device_id', say('hello', { device_id: 'x'.repeat(129) }), 'Invalid device_id'],
    ['a device_id with a control character', say('hello', { device_id: 'a\tb' }), 'Invalid device_id'],
    ['a token that is no text', say('hello', { device_id: 'cam', token: 7 }), 'Invalid token'],
  ])('closes 1008 on %s', (_, input, closeText) => {
    const step = run(input);
    expect(closes(step.effects)).toMatchObject([{ close: { code: 1008, text: closeText } }]);
    expect(camera.step(step.state, hello, now).effects).toEqual([]);
  });

  it.each([
    ['not_found', 1008, 'Device not found', Failure.deviceNotFound],
    ['unauthenticated', 1008, 'Invalid token', Failure.invalidToken],
    ['forbidden', 1008, 'Unauthorized', Failure.unauthorized],
    ['invalid', 1008, 'Invalid device_id', Failure.badRequest],
    ['exhausted', 1013, 'Try again later', undefined],
    ['unavailable', 1013, 'Try again later', undefined],
    ['conflict', 1013, 'Try again later', undefined],
  ] as const)('refused as %s closes %i', (code, closeCode, closeText, failure) => {
    const { effects } = run(hello, answer({ kind: 'refused', code, message: 'internal detail' }));
    expect(said(effects)).toEqual(failure === undefined ? [] : [error(failure)]);
    expect(effects.at(-1)).toMatchObject({ do: 'close', close: { code: closeCode, text: closeText } });
  });

  it('said again is acknowledged again; for another device it is refused', () => {
    expect(said(run(hello, admitted, hello).effects)).toMatchObject([{ type: 'hello_ack' }]);
    const other = run(hello, admitted, say('hello', { device_id: 'other' }, { request_id: 'h2' }));
    expect(other.effects).toHaveLength(1);
    expect(said(other.effects)).toEqual([error(Failure.badRequest, { request_id: 'h2' })]);
  });
});

describe('while hello is verified', () => {
  it('holds messages and answers them in order after hello_ack', () => {
    const early = [
      say('heartbeat', {}, { request_id: 'a' }),
      text('{'),
      say('nonsense', {}, { request_id: 'b' }),
    ];
    expect(said(run(hello, ...early).effects)).toEqual([]);
    expect(said(run(hello, ...early, admitted).effects)).toMatchObject([
      { type: 'hello_ack' },
      { type: 'heartbeat_ack', request_id: 'a' },
      { payload: Failure.badRequest },
      { request_id: 'b', payload: Failure.unknownType },
    ]);
  });

  it('refuses and counts what is beyond the cap', () => {
    const early = Array.from({ length: MAX_HELD }, () => say('heartbeat', {}));
    const { effects } = run(hello, ...early, say('heartbeat', {}, { request_id: 'late' }));
    expect(effects[0]).toEqual({ do: 'count', outcome: 'refused', what: 'held_full' });
    expect(said(effects)).toEqual([error(Failure.rateLimited, { request_id: 'late' })]);
    expect(said(run(hello, ...early, say('heartbeat', {}), admitted).effects)).toHaveLength(1 + MAX_HELD);
  });

  it('bounds the bytes it holds', () => {
    const big = say('heartbeat', { padding: 'x'.repeat(MAX_HELD_BYTES / 2) });
    expect(said(run(hello, big, big).effects)).toEqual([error(Failure.rateLimited)]);
  });
});

describe('once admitted', () => {
  it.each([
    ['heartbeat', say('heartbeat', {}), { type: 'heartbeat_ack', ts, payload: {} }],
    ['heartbeat without payload', say('heartbeat'), { type: 'heartbeat_ack', ts, payload: {} }],
    [
      'unknown type',
      say('frobnicate', {}, { request_id: 'u1' }),
      error(Failure.unknownType, { request_id: 'u1' }),
    ],
    ['broken JSON', text('{"type":'), error(Failure.badRequest)],
    ['an array', text('[]'), error(Failure.badRequest)],
    ['a payload that is an array', say('heartbeat', []), error(Failure.badRequest)],
    ['null request id', say('frobnicate', {}, { request_id: null }), error(Failure.unknownType)],
  ])('%s is answered and the socket stays open', (_, input, expected) => {
    const { state, effects } = run(hello, admitted, input);
    expect(said(effects)).toEqual([expected]);
    expect(closes(effects)).toEqual([]);
    expect(state.phase).toBe('ready');
  });

  it.each(['signal_offer', 'signal_answer', 'signal_ice', 'end_watch', 'watch_ended'])(
    '%s names a session that does not exist',
    (type) => {
      const payload = { session_id: '00000000-0000-4000-8000-000000000000', candidate: null };
      const { effects } = run(hello, admitted, say(type, payload, { request_id: 'x' }));
      const expected = { ...Failure.sessionNotFound, session_id: payload.session_id };
      expect(said(effects)).toEqual([error(Failure.sessionNotFound, { request_id: 'x', payload: expected })]);
      expect(said(run(hello, admitted, say(type, {})).effects)).toEqual([error(Failure.badRequest)]);
    },
  );

  it('counts an error message and never answers it', () => {
    const { effects } = run(hello, admitted, say('error', { message: 'unknown type' }));
    expect(effects).toEqual([{ do: 'count', outcome: 'ignored', what: 'error' }]);
  });

  it('counts an odd ts and an odd request id without refusing the message', () => {
    const { effects } = run(hello, admitted, say('heartbeat', {}, { ts: 'yesterday', request_id: 7 }));
    expect(effects.slice(0, 2)).toEqual([
      { do: 'count', outcome: 'ignored', what: 'ts' },
      { do: 'count', outcome: 'ignored', what: 'request_id' },
    ]);
    expect(said(effects)).toEqual([{ type: 'heartbeat_ack', ts, payload: {} }]);
  });

  it('closes 1003 on a binary frame', () => {
    const binary: Input = { on: 'frame', frame: { data: Uint8Array.of(1), binary: true } };
    expect(closes(run(hello, admitted, binary).effects)).toMatchObject([{ close: { code: 1003 } }]);
    expect(closes(run(binary).effects)).toMatchObject([{ close: { code: 1003 } }]);
  });

  it('yields to a newer connection of the same device only', () => {
    const superseded = (by: AdmittedDevice): Input => ({
      on: 'command',
      command: { kind: 'superseded', device: by },
    });
    expect(run(hello, admitted, superseded(device)).effects).toEqual([
      { do: 'close', close: { code: 1008, text: 'Replaced by a new connection' }, reason: 'replaced' },
    ]);
    expect(run(hello, admitted, superseded({ ...device, id: 'other' })).effects).toEqual([]);
  });

  it('writes raw text as it stands and refuses every other command', () => {
    const execute = (action: CommandAction) =>
      run(hello, admitted, { on: 'command', command: { kind: 'execute', device, number: 1, action } })
        .effects;
    expect(execute({ kind: 'raw', frame: '{"type":"x"}' })).toEqual([
      { do: 'send', frame: '{"type":"x"}' },
      { do: 'taken', taken: { outcome: 'written', answerWithinMs: 0, repeatable: false, retries: 0 } },
    ]);
    expect(execute({ kind: 'raw', frame: new Uint8Array(1) })).toMatchObject([
      { taken: { code: 'invalid' } },
    ]);
    expect(execute({ kind: 'switch', on: true })).toMatchObject([{ taken: { code: 'unsupported' } }]);
  });
});

describe('any input', () => {
  const types = ['hello', 'heartbeat', 'device_presence', 'signal_ice', 'end_watch', 'error', 'other'];
  const payload = fc.oneof(
    fc.constant({ device_id: device.identifier }),
    fc.record({ session_id: fc.string() }),
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.jsonValue(),
  );
  const requestId = fc.oneof(fc.constant(undefined), fc.constant(null), fc.string(), fc.integer());
  const spoken = fc
    .record({ type: fc.constantFrom(...types), ts: fc.jsonValue(), payload, request_id: requestId })
    .map((envelope) => text(JSON.stringify(envelope)));
  const raw = fc
    .record({ data: fc.uint8Array(), binary: fc.boolean() })
    .map((frame): Input => ({ on: 'frame', frame }));
  const answers = fc.constantFrom<Answer[]>(
    { kind: 'admitted', device },
    { kind: 'authenticated', person: { userId: '1' } },
    { kind: 'refused', code: 'unavailable', message: '' },
    { kind: 'durable' },
    { kind: 'shed' },
  );
  const answered = fc
    .tuple(fc.constantFrom('hello', 'presence:1', 'presence:2', 'other'), answers)
    .map(([to, value]) => answer(value, to));
  const command: Input = { on: 'command', command: { kind: 'superseded', device } };
  const input = fc.oneof(
    { weight: 6, arbitrary: spoken },
    { weight: 1, arbitrary: raw },
    { weight: 2, arbitrary: answered },
    { weight: 1, arbitrary: fc.constant(command) },
  );

  it('is survived; nothing follows a close, and no reply carries a null request id', () => {
    const property = fc.property(fc.boolean(), fc.array(input, { maxLength: 30 }), (greeted, inputs) => {
      const all = greeted ? [hello, admitted, ...inputs] : inputs;
      let { state } = camera.open(greeting, now);
      let isClosed = false;
      for (const each of all) {
        const step = camera.step(state, each, now);
        if (isClosed) expect(step.effects).toEqual([]);
        for (const message of said(step.effects)) {
          expect(message).toMatchObject({ ts, payload: {} });
          expect('request_id' in message ? typeof message.request_id : 'string').toBe('string');
        }
        isClosed ||= closes(step.effects).length > 0;
        state = step.state;
      }
    });
    fc.assert(property);
  });
});
