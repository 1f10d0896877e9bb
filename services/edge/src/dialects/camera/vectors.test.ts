// The camera vectors that do not need a watch session, run through both machines.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Answer, CloseReason, Dialect, Effect, Input } from '../dialect.js';
import { viewer } from '../viewer/viewer.js';
import { camera } from './camera.js';
import { Failure } from './replies.js';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: {
    readonly at?: string;
    readonly after?: string;
    readonly send?: { readonly type: string };
  };
  readonly expected: {
    readonly code?: number;
    readonly reason?: string;
    readonly close?: { readonly code: number; readonly reason: string };
    readonly reply?: string | { readonly type: string; readonly payload: Readonly<Record<string, unknown>> };
    readonly code_by_message?: Readonly<Record<string, string>>;
  };
}
const file = new URL('../../../../../test/vectors/camera.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
const named = (name: string) => vectors.find((vector) => vector.name === name)?.expected;

const now = Date.UTC(2025, 0, 1, 12, 36);
const frame = (message: unknown): Input => ({
  on: 'frame',
  frame: { data: new TextEncoder().encode(JSON.stringify(message)), binary: false },
});

/** What the registry of the vectors answers: one camera is known, one token names user 123. */
function registry(effect: Effect): Answer | undefined {
  if (effect.do !== 'ask') return undefined;
  if (effect.question.kind === 'authenticate') {
    return effect.question.token === '<jwt of user 123>'
      ? { kind: 'authenticated', person: { userId: '123' } }
      : { kind: 'refused', code: 'unauthenticated', message: '' };
  }
  if (effect.question.kind !== 'admit') return undefined;
  const { identifier } = effect.question;
  if (identifier !== 'kitchen-cam-001') return { kind: 'refused', code: 'not_found', message: '' };
  const device = { id: 'd', number: 1n, organizationId: 'o', timeZone: 'UTC', epoch: 1n, identifier };
  return { kind: 'admitted', device };
}

/** Sends messages one after another, lets the registry answer, and returns the effects of the last message. */
function converse<S>(dialect: Dialect<S>, path: string, messages: readonly unknown[]): readonly Effect[] {
  const hello = {
    path,
    query: '',
    headers: {},
    remoteAddress: '',
    connectionId: 'c',
    policy: 'enrolled',
  } as const;
  let { state } = dialect.open(hello, now);
  let effects: Effect[] = [];
  for (const message of messages) {
    const step = dialect.step(state, frame(message), now);
    ({ state } = step);
    effects = [...step.effects];
    for (const effect of step.effects) {
      const answer = registry(effect);
      if (answer === undefined || effect.do !== 'ask') continue;
      const answered = dialect.step(state, { on: 'answer', to: effect.as, answer }, now);
      ({ state } = answered);
      effects.push(...answered.effects);
    }
  }
  return effects;
}

const greetings = {
  device: { type: 'hello', payload: { device_id: 'kitchen-cam-001' } },
  viewer: { type: 'hello', payload: { token: '<jwt of user 123>' } },
};
const exchanges = vectors
  .filter(({ kind, input, name }) => {
    const aboutWatching = /^watch |a watch session exists/.test(`${name} ${input.after ?? ''}`);
    return kind === 'exchange' && input.send !== undefined && !aboutWatching;
  })
  .flatMap((vector) =>
    (vector.input.at?.split('|') ?? []).map((role) => ({ ...vector, role: role as 'device' | 'viewer' })),
  );

describe('exchange', () => {
  it('vectors cover both roles', () => expect(exchanges).toHaveLength(13));

  it.each(exchanges)('$name ($role)', ({ role, input, expected }) => {
    const messages = input.after === 'hello_ack' ? [greetings[role], input.send] : [input.send];
    const effects =
      role === 'device' ? converse(camera, '/ws/device', messages) : converse(viewer, '/ws/viewer', messages);
    const said = effects.flatMap((effect) =>
      effect.do === 'send' ? [JSON.parse(String(effect.frame)) as { type: string }] : [],
    );
    if (expected.close !== undefined) {
      const close = { code: expected.close.code, text: expected.close.reason };
      expect(effects.at(-1)).toMatchObject({ do: 'close', close });
      expect(said.filter(({ type }) => type !== 'error')).toEqual([]);
    } else if (typeof expected.reply === 'object') {
      const serverTime =
        'server_time' in expected.reply.payload ? { server_time: '2025-01-01T12:36:00.000Z' } : {};
      const payload = { ...expected.reply.payload, ...serverTime };
      expect(said).toHaveLength(1);
      expect(said[0]).toMatchObject({ ...expected.reply, ts: '2025-01-01T12:36:00.000Z', payload });
    } else {
      expect(expected.reply).toMatch(/^nothing/);
      expect(said).toEqual([]);
    }
  });
});

describe.each([camera, viewer])('$name', (dialect) => {
  it.each<[string, CloseReason]>([
    ['close: draining', 'drain'],
    ['close: replaced device', 'replaced'],
    ['close: internal error', 'internal'],
    ['close: too big', 'too_big'],
  ])('closes as in the vector "%s"', (name, reason) => {
    const close = dialect.closeFor(reason);
    expect(close.code).toBe(named(name)?.code);
    expect(close.text).toContain(named(name)?.reason ?? '');
  });

  it('tells an edge-made close in at most the 123 bytes that a close frame holds', () => {
    const codes: Readonly<Record<CloseReason, number>> = {
      drain: 1001,
      replaced: 1008,
      overload: 1013,
      too_fast: 1008,
      too_big: 1009,
      unavailable: 1013,
      internal: 1011,
      operator: 1008,
    };
    for (const reason of Object.keys(codes) as CloseReason[]) {
      expect(dialect.closeFor(reason).code).toBe(codes[reason]);
      expect(Buffer.byteLength(dialect.closeFor(reason).text)).toBeLessThanOrEqual(123);
    }
  });

  it('holds the limits of the specification', () => {
    expect(dialect.limits).toEqual({ maxFrameBytes: 65_536, idleS: 96, framesPerS: 20, frameBurst: 60 });
  });
});

it('error texts carry the codes of the vectors', () => {
  const codes = named('error codes')?.code_by_message ?? {};
  const spoken = Object.values(Failure).filter(({ message }) => message in codes);
  expect(Object.fromEntries(spoken.map(({ message, code }) => [message, code]))).toEqual(codes);
});
