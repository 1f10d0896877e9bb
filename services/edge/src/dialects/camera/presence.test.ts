// What a presence becomes, and the rung at which it is acknowledged.
import { describe, expect, it } from 'vitest';
import type { AdmittedDevice, Answer, Effect, Input } from '../dialect.js';
import { type CameraState, camera } from './camera.js';
import { MAX_PRESENCE_BYTES, MAX_PRESENCE_READINGS } from './presence.js';
import { MAX_PENDING } from './presence-report.js';
import { Failure } from './replies.js';

const now = Date.UTC(2025, 0, 1, 12, 36);
const device: AdmittedDevice = {
  id: 'cam',
  number: 1n,
  organizationId: 'org',
  timeZone: 'UTC',
  epoch: 1n,
  identifier: 'kitchen-cam-001',
};
const greeting = {
  path: '/ws/device',
  query: '',
  headers: {},
  remoteAddress: '',
  connectionId: 'c',
  policy: 'open',
} as const;
const text = (value: string): Input => ({
  on: 'frame',
  frame: { data: new TextEncoder().encode(value), binary: false },
});
const presence = (payload: unknown, rest: object = {}): Input =>
  text(JSON.stringify({ type: 'device_presence', ts: '2025-01-01T12:36:00.000Z', payload, ...rest }));
const answer = (to: string, value: Answer): Input => ({ on: 'answer', to, answer: value });

/** An admitted camera, then the inputs; the effects are those of the last one. */
function run(...inputs: readonly Input[]) {
  const hello = text('{"type":"hello","payload":{"device_id":"kitchen-cam-001"}}');
  let step = camera.open(greeting, now);
  for (const input of [hello, answer('hello', { kind: 'admitted', device }), ...inputs]) {
    step = camera.step(step.state, input, now);
  }
  return step;
}
const said = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'send' ? [JSON.parse(String(effect.frame)) as object] : []));
const metrics = (effects: readonly Effect[]) =>
  effects.flatMap((effect) =>
    effect.do === 'emit' && effect.event.kind === 'reading'
      ? [[effect.event.metric, effect.event.value]]
      : [],
  );

describe('a presence', () => {
  const payload = { battery: 85, Temperature: 45.5, recording: false, mode: 'day' };

  it('becomes readings of its numbers, a log entry and the stored presence, and no reply', () => {
    const reading = { kind: 'reading', device, timeMs: now, intervalS: 0 };
    expect(run(presence(payload)).effects).toEqual([
      { do: 'emit', event: { ...reading, metric: 'presence_battery', value: 85 } },
      { do: 'emit', event: { ...reading, metric: 'presence_temperature', value: 45.5 } },
      {
        do: 'emit',
        event: {
          kind: 'log',
          device,
          name: 'presence',
          level: 'info',
          message: 'Presence reported',
          timeMs: now,
          fields: payload,
        },
      },
      { do: 'emit', event: { kind: 'facts', device, timeMs: now, reported: { presence: payload } } },
    ]);
  });

  it('keeps numbers without a usable name out of the readings, and counts them', () => {
    const { effects } = run(presence({ 'signal strength': 1, ['n'.repeat(49)]: 2, ok_1: 3, OK_1: 4 }));
    expect(metrics(effects)).toEqual([['presence_ok_1', 3]]);
    expect(effects[0]).toEqual({ do: 'count', outcome: 'ignored', what: 'presence_field' });
  });

  it('yields a bounded number of readings', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`n${n}`, n]));
    const { effects } = run(presence(many));
    expect(metrics(effects)).toHaveLength(MAX_PRESENCE_READINGS);
    expect(effects[0]).toEqual({ do: 'count', outcome: 'ignored', what: 'presence_field' });
  });

  it('may be exactly 4 KiB', () => {
    const fitting = { text: 'x'.repeat(MAX_PRESENCE_BYTES - '{"text":""}'.length) };
    expect(said(run(presence(fitting)).effects)).toEqual([]);
    expect(said(run(presence({ text: `${fitting.text}x` })).effects)).toMatchObject([
      { payload: Failure.badRequest },
    ]);
  });

  it.each([
    ['is too big in bytes', JSON.stringify({ text: 'é'.repeat(MAX_PRESENCE_BYTES / 2) })],
    ['nests too deep', `{"a":${'['.repeat(16)}${']'.repeat(16)}}`],
    ['holds a number that is none', '{"a":1e999}'],
    ['holds NUL', '{"a":["\\u0000"]}'],
    ['has half a surrogate pair in a key', '{"\\ud800":1}'],
  ])('that %s is refused', (_, json) => {
    const { state, effects } = run(text(`{"type":"device_presence","request_id":"p","payload":${json}}`));
    expect(effects.filter((effect) => effect.do === 'emit')).toEqual([]);
    expect(effects).toContainEqual({ do: 'count', outcome: 'malformed', what: 'presence' });
    expect(said(effects)).toMatchObject([{ type: 'error', request_id: 'p', payload: Failure.badRequest }]);
    expect(state.phase).toBe('ready');
  });
});

describe('a presence with a request id', () => {
  const asked = presence({ battery: 85 }, { request_id: 'p1' });

  it('is acknowledged when all of its events are durable, and not before', () => {
    const { effects } = run(asked);
    expect(said(effects)).toEqual([]);
    expect(effects.map((effect) => (effect.do === 'emit' ? effect.receipt : 'no emit'))).toEqual([
      'presence:1',
      'presence:1',
      'presence:1',
    ]);
    const durable = answer('presence:1', { kind: 'durable' });
    expect(said(run(asked, durable, durable).effects)).toEqual([]);
    expect(said(run(asked, durable, durable, durable).effects)).toEqual([
      { type: 'device_presence_ack', request_id: 'p1', ts: '2025-01-01T12:36:00.000Z', payload: {} },
    ]);
  });

  it('is answered with an error when it was shed', () => {
    expect(said(run(asked, answer('presence:1', { kind: 'shed' })).effects)).toMatchObject([
      { type: 'error', request_id: 'p1', payload: Failure.internal },
    ]);
  });

  it('is answered once, and each by its own receipt', () => {
    const second = presence({ battery: 84 }, { request_id: 'p2' });
    const durable = (to: string) => answer(to, { kind: 'durable' });
    const all = (to: string) => [durable(to), durable(to), durable(to)];
    expect(said(run(asked, second, ...all('presence:2')).effects)).toMatchObject([{ request_id: 'p2' }]);
    expect(run(asked, ...all('presence:1'), durable('presence:1')).effects).toEqual([]);
  });

  it('is refused while too many are unsettled', () => {
    const pending = Array.from({ length: MAX_PENDING }, () => asked);
    const { effects } = run(...pending, presence({}, { request_id: 'late' }));
    expect(effects[0]).toEqual({ do: 'count', outcome: 'refused', what: 'pending_full' });
    expect(said(effects)).toMatchObject([{ request_id: 'late', payload: Failure.rateLimited }]);
    const settled = Array.from({ length: 3 }, () => answer('presence:1', { kind: 'durable' }));
    const state: CameraState = run(...pending, ...settled).state;
    expect(camera.step(state, asked, now).effects.some((effect) => effect.do === 'emit')).toBe(true);
  });
});
