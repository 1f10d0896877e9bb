// A viewer and a camera whose signals reach each other, and a signaling that answers as a test says.
import { expect } from 'vitest';
import { camera } from '../camera/camera.js';
import type { Answer, ConnectionClosed, Delivered, Dialect, Effect, Input, Question } from '../dialect.js';
import type { WatchEffect, WatchEnd, WatchProgress } from '../watch.js';
import { viewer } from './viewer.js';

export const SESSION = '550e8400-e29b-41d4-a716-446655440000';
export const now = Date.UTC(2025, 0, 1, 12, 36);
const device = { id: 'd', number: 7n, organizationId: 'o', timeZone: 'UTC', epoch: 3n };
export const ice = {
  servers: [
    { urls: ['stun:a', 'stun:b'], username: '', credential: '' },
    { urls: ['turn:c?transport=udp', 'turn:c?transport=tcp'], username: 'u', credential: 'c' },
  ],
  expiresAtMs: now + 3_600_000,
};

/** What one side said and did, in order. */
export interface Said {
  readonly type: string;
  readonly request_id?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** One machine with what came out of it. Signals wait in `out` until `courier` takes them. */
class End<S> {
  readonly said: Said[] = [];
  readonly asked: { readonly as: string; readonly question: Question }[] = [];
  readonly progress: WatchProgress[] = [];
  readonly counts: string[] = [];
  readonly out: Extract<WatchEffect, { do: 'signal' }>[] = [];
  readonly closes: number[] = [];
  allowed = 0;
  accepted = false;
  readonly #dialect: Dialect<S>;
  #state: S;

  constructor(dialect: Dialect<S>, connectionId: string) {
    this.#dialect = dialect;
    const hello = {
      path: '',
      query: '',
      headers: {},
      remoteAddress: '',
      connectionId,
      policy: 'open',
    } as const;
    this.#state = dialect.open(hello, now).state;
  }

  say(type: string, payload: object = {}, rest: object = {}): void {
    const data = new TextEncoder().encode(JSON.stringify({ type, payload, ...rest }));
    this.input({ on: 'frame', frame: { data, binary: false } });
  }

  input(input: Input): void {
    const { state, effects } = this.#dialect.step(this.#state, input, now);
    this.#state = state;
    this.#note(effects);
  }

  watch(input: Delivered | ConnectionClosed): boolean {
    this.accepted = false;
    const step = this.#dialect.deliver?.(this.#state, input, now);
    if (step === undefined) return false;
    this.#state = step.state;
    this.#note(step.effects);
    return this.accepted;
  }

  /** Answers the newest question. */
  answer(answer: Answer): void {
    this.input({ on: 'answer', to: this.asked.at(-1)?.as ?? '', answer });
  }

  #note(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === 'send') this.said.push(JSON.parse(String(effect.frame)) as Said);
      else if (effect.do === 'ask') this.asked.push(effect);
      else if (effect.do === 'signal' && 'signal' in effect) this.out.push(effect);
      else if (effect.do === 'accept') this.accepted = true;
      else if (effect.do === 'allow') this.allowed += effect.frames;
      else if (effect.do === 'close') this.closes.push(effect.close.code);
      else if (effect.do === 'count') this.counts.push(`${effect.outcome} ${effect.what}`);
      else if (effect.do === 'emit' && effect.event.kind === 'watch')
        this.progress.push(effect.event.progress);
    }
  }
}

export const endAt = (connectionId: string, resumes = false): WatchEnd => ({
  node: `edge-of-${connectionId}`,
  boot: 'b',
  connectionId,
  deviceNumber: connectionId.startsWith('camera') ? 7n : 0n,
  epoch: connectionId.startsWith('camera') ? 3n : 0n,
  resumes,
});

export function cameraEnd(hello: object = {}, connectionId = 'camera-1') {
  const end = new End(camera, connectionId);
  end.say('hello', { device_id: 'kitchen-cam-001', ...hello });
  end.answer({ kind: 'admitted', device: { ...device, identifier: 'kitchen-cam-001' } });
  return end;
}

/** Hands everything that either side signalled to the other one, until nothing is left. */
export function courier(one: End<unknown>, other: End<unknown>, names: readonly [string, string]): void {
  const from = new Map([
    [one, names[0]],
    [other, names[1]],
  ]);
  for (let moved = true; moved; ) {
    moved = false;
    for (const [source, target] of [
      [one, other],
      [other, one],
    ] as const) {
      for (const { as, sessionId, signal } of source.out.splice(0)) {
        moved = true;
        const delivered = target.watch({ on: 'signal', sessionId, from: from.get(source) ?? '', signal });
        const outcome = delivered ? 'delivered' : 'gone';
        source.input({ on: 'answer', to: as, answer: { kind: 'signalled', outcome } });
      }
    }
  }
}

export const offer = { session_id: SESSION, sdp: { type: 'offer', sdp: 'v=0\r\n', x: { deep: [1, null] } } };
export const answer = { session_id: SESSION, sdp: { type: 'answer', sdp: 'v=0\r\na=1' } };
export const candidate = (n: number) => ({
  session_id: SESSION,
  candidate: { candidate: `candidate:${n}`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'f', more: n },
});

export function viewerEnd(hello: object = {}, connectionId = 'viewer-1') {
  const end = new End(viewer, connectionId);
  end.say('hello', { token: 'jwt', ...hello });
  end.answer({ kind: 'authenticated', person: { userId: '123' } });
  return end;
}

export const watching = (peer = endAt('camera-1'), sessionId = SESSION) =>
  ({ kind: 'watching', sessionId, peer, ice, traceparent: 'tp' }) as const;

/** A camera and a viewer of it, with nothing said yet. */
export function pair(resume: { camera?: boolean; viewer?: boolean } = {}) {
  const camera = cameraEnd(resume.camera ? { resume: true } : {});
  if (resume.camera) camera.answer({ kind: 'resumed', sessions: [] });
  const person = viewerEnd(resume.viewer ? { resume: true } : {});
  person.say('watch_request', { device_id: 'kitchen-cam-001' }, { request_id: 'req-001' });
  const start = { on: 'start', sessionId: SESSION, userId: '123', ice, traceparent: 'tp' } as const;
  expect(camera.watch({ ...start, viewer: endAt('viewer-1', resume.viewer) })).toBe(true);
  person.answer(watching(endAt('camera-1', resume.camera)));
  const carry = () => courier(person, camera, ['viewer-1', 'camera-1']);
  return { camera, person, carry };
}

/** What one side was told since, without the hello_ack. */
export const told = (end: { readonly said: readonly Said[] }) =>
  end.said.filter(({ type }) => type !== 'hello_ack').map(({ type, payload }) => [type, payload]);
