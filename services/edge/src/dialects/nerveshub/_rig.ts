// Test rig: reads the vectors and drives a machine as a session would, answering its admission.
import { readFileSync } from 'node:fs';
import { decode as unpack } from '@msgpack/msgpack';
import type {
  AdmittedDevice,
  Answer,
  ConnectionClosed,
  Delivered,
  Dialect,
  Effect,
  Hello,
  Input,
  Json,
} from '../dialect.js';

export interface Vector {
  readonly name: string;
  readonly kind: string;
  // Shapes differ by kind; each test names the one it reads.
  readonly input: unknown;
  readonly expected: unknown;
}

const file = new URL('../../../../../test/vectors/nerveshub.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

/** The vectors of one kind, with the shapes that the caller says they have. */
export function vectorsOf<I, E>(kind: string): readonly { name: string; input: I; expected: E }[] {
  const found = vectors.filter((vector) => vector.kind === kind);
  if (found.length === 0) throw new Error(`no vectors of kind ${kind}`);
  return found as unknown as readonly { name: string; input: I; expected: E }[];
}

export const device: AdmittedDevice = {
  id: '1',
  number: 1n,
  organizationId: 'org-1',
  timeZone: 'UTC',
  epoch: 7n,
  identifier: 'device-1234',
};

export const NOW = 1_700_000_000_000;

export function helloFor(query: string, over: Partial<Hello> = {}): Hello {
  return {
    path: '/device-socket/websocket',
    query,
    headers: {},
    remoteAddress: '192.0.2.1',
    connectionId: '0123456789abcdef',
    policy: 'open',
    ...over,
  };
}

/** What a peer sees: a decoded text or MsgPack frame, the hex of another binary frame, or a close code. */
export type Seen = { readonly recv: Json } | { readonly recv_hex: string } | { readonly closed: number };

export class Rig<S> {
  readonly effects: Effect[] = [];
  readonly #dialect: Dialect<S>;
  readonly #isMsgPack: boolean;
  #now = NOW;
  state: S;

  /** Turned off, the admission stays open until `admit`. */
  autoAdmit = true;

  constructor(dialect: Dialect<S>, hello: Hello) {
    this.#dialect = dialect;
    this.#isMsgPack = hello.query.includes('vsn=3');
    this.state = dialect.open(hello, NOW).state;
  }

  /** Performs one input and returns its effects, those of an admission that it led to included. */
  input(input: Input, now = this.#now): readonly Effect[] {
    this.#now = now;
    const step = this.#dialect.step(this.state, input, now);
    this.state = step.state;
    this.effects.push(...step.effects);
    const asked = step.effects.find((effect) => effect.do === 'ask' && effect.question.kind === 'admit');
    if (asked === undefined || !this.autoAdmit) return step.effects;
    return [...step.effects, ...this.admit({ kind: 'admitted', device })];
  }

  /** Hands in what other services and edges deliver, or the end of the connection. */
  deliver(input: Delivered | ConnectionClosed): readonly Effect[] {
    const step = this.#dialect.deliver?.(this.state, input, this.#now);
    if (step === undefined) return [];
    this.state = step.state;
    this.effects.push(...step.effects);
    return step.effects;
  }

  answer(to: string, answer: Answer): readonly Effect[] {
    return this.input({ on: 'answer', to, answer });
  }

  admit(answer: Answer): readonly Effect[] {
    return this.answer('admit', answer);
  }

  /** A text frame; given as bytes where they need not be text. */
  text(text: string | Uint8Array, now?: number): readonly Effect[] {
    return this.input({ on: 'frame', frame: { data: Buffer.from(text), binary: false } }, now);
  }

  json(value: Json, now?: number): readonly Effect[] {
    return this.text(JSON.stringify(value), now);
  }

  binary(data: Uint8Array): readonly Effect[] {
    return this.input({ on: 'frame', frame: { data, binary: true } });
  }

  /** What a peer sees of `effects`. */
  seen(effects: readonly Effect[]): Seen[] {
    return effects.flatMap((effect): Seen[] => {
      if (effect.do === 'close') return [{ closed: effect.close.code }];
      if (effect.do !== 'send') return [];
      if (typeof effect.frame === 'string') return [{ recv: JSON.parse(effect.frame) }];
      if (this.#isMsgPack) return [{ recv: unpack(effect.frame) as Json }];
      return [{ recv_hex: Buffer.from(effect.frame).toString('hex') }];
    });
  }
}

/** The events among the effects. */
export function emitted(effects: readonly Effect[]) {
  return effects.flatMap((effect) => (effect.do === 'emit' ? [effect.event] : []));
}

/** `outcome what` of each count among the effects. */
export function counted(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.do === 'count' ? [`${effect.outcome} ${effect.what}`] : []));
}
