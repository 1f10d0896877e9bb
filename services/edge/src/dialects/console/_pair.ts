// People's consoles and a Nerves device whose signals reach each other, and a registry that answers as a test says.

import type { ConsoleEffect } from '../console-session.js';
import type { Answer, ConnectionClosed, Delivered, Effect, Json, JsonObject, Question } from '../dialect.js';
import { emitted, helloFor, NOW, Rig } from '../nerveshub/_rig.js';
import { nerveshub } from '../nerveshub/nerveshub.js';
import { personConsole } from './console.js';

export { NOW };

type Signal = ConsoleEffect;

const DEVICE = { node: 'edge-d', connectionId: 'device-1', deviceNumber: 1n, epoch: 7n } as const;

/** One end of the pair: keeps what it wants to tell the other end. */
interface End {
  readonly connectionId: string;
  readonly out: Signal[];
  take(input: Delivered | ConnectionClosed): readonly Effect[];
  settle(to: string, answer: Answer): void;
}

function signalsOf(effects: readonly Effect[]): Signal[] {
  return effects.flatMap((effect) => (effect.do === 'signal' && 'content' in effect ? [effect] : []));
}

/** A device that has joined its channel, and `topics` besides. */
export class DeviceEnd implements End {
  readonly connectionId = DEVICE.connectionId;
  readonly out: Signal[] = [];
  readonly all: Effect[] = [];
  readonly rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
  #ref = 10;

  constructor(consoleVersion = '2.0.0') {
    this.rig.json(['1', '1', 'device', 'phx_join', { device_api_version: '2.3.0' }]);
    this.rig.json(['2', '2', 'console', 'phx_join', { console_version: consoleVersion }]);
  }

  /** Says something on its console, or on another channel of the join ref given. */
  say(event: string, payload: Json, [topic, joinRef] = ['console', '2']): readonly Effect[] {
    return this.#note(this.rig.json([joinRef ?? null, String(this.#ref++), topic ?? '', event, payload]));
  }

  /** Joins the extensions, with its shell switched on. */
  attachShell(): void {
    this.say('phx_join', { local_shell: '0.0.1' }, EXTENSIONS);
    this.say('local_shell:attached', {}, EXTENSIONS);
  }

  timer(timer: string, now: number): readonly Effect[] {
    return this.#note(this.rig.input({ on: 'timer', timer }, now));
  }

  take(input: Delivered | ConnectionClosed): readonly Effect[] {
    return this.#note(this.rig.deliver(input));
  }

  settle(to: string, answer: Answer): void {
    this.#note(this.rig.answer(to, answer));
  }

  /** `[event, payload]` of what the device was sent since the last call, replies left out. */
  heard(): [string, JsonObject][] {
    const seen = this.rig.seen(this.all.splice(0));
    return seen.flatMap((each): [string, JsonObject][] => {
      if (!('recv' in each) || !Array.isArray(each.recv)) return [];
      const [, , , event, payload] = each.recv as [Json, Json, Json, string, JsonObject];
      return event === 'phx_reply' || event === 'phx_close' ? [] : [[event, payload]];
    });
  }

  logs(): string[] {
    return emitted(this.rig.effects).flatMap((event) =>
      event.kind === 'log' && event.name.startsWith('console_') ? [`${event.name} ${event.message}`] : [],
    );
  }

  #note(effects: readonly Effect[]): readonly Effect[] {
    this.all.push(...effects);
    this.out.push(...signalsOf(effects));
    return effects;
  }
}

export const EXTENSIONS = ['extensions', '10'] as [string, string];

/** A person's socket. */
export class PersonEnd implements End {
  readonly out: Signal[] = [];
  readonly effects: Effect[] = [];
  readonly said: JsonObject[] = [];
  readonly asked: Question[] = [];
  readonly connectionId: string;
  now = NOW;
  #state;

  constructor(connectionId: string, headers: Readonly<Record<string, string>> = {}) {
    this.connectionId = connectionId;
    const opened = personConsole.open({ ...helloFor(''), headers, connectionId }, NOW);
    this.#state = opened.state;
    this.#note(opened.effects);
  }

  say(message: Json): void {
    this.frame(Buffer.from(JSON.stringify(message)), false);
  }

  frame(data: Uint8Array, binary: boolean): void {
    this.#step(personConsole.step(this.#state, { on: 'frame', frame: { data, binary } }, this.now));
  }

  timer(timer: string, now: number): void {
    this.now = now;
    this.#step(personConsole.step(this.#state, { on: 'timer', timer }, now));
  }

  settle(to: string, answer: Answer): void {
    this.#step(personConsole.step(this.#state, { on: 'answer', to, answer }, this.now));
  }

  take(input: Delivered | ConnectionClosed): readonly Effect[] {
    const step = personConsole.deliver?.(this.#state, input, this.now);
    return step === undefined ? [] : this.#step(step);
  }

  /** Says hello and is let in as `actor`; its signals wait for the courier. */
  enter(kind: 'iex' | 'shell' = 'iex', actor = 'user-1', more: JsonObject = {}): this {
    this.say({ type: 'hello', token: 't', device: 'device-1234', kind, ...more });
    this.settle('who', { kind: 'authenticated', person: { userId: actor } });
    const session = { sessionId: `s-${this.connectionId}`, kind, deviceId: 'd', organizationId: 'o', actor };
    this.settle('may', { kind: 'console', session: { ...session, device: DEVICE } });
    return this;
  }

  types(): unknown[] {
    return this.said.map(({ type }) => type);
  }

  /** All that its terminal shows. */
  shown(): string {
    return this.said.flatMap(({ type, data }) => (type === 'data' ? [String(data)] : [])).join('');
  }

  closed(): [number, string][] {
    return this.effects.flatMap((effect): [number, string][] =>
      effect.do === 'close' ? [[effect.close.code, effect.reason]] : [],
    );
  }

  audit() {
    return emitted(this.effects).flatMap((event) => (event.kind === 'audit' ? [event] : []));
  }

  #step(step: ReturnType<typeof personConsole.step>): readonly Effect[] {
    this.#state = step.state;
    return this.#note(step.effects);
  }

  #note(effects: readonly Effect[]): readonly Effect[] {
    this.effects.push(...effects);
    this.out.push(...signalsOf(effects));
    for (const effect of effects) {
      if (effect.do === 'send') this.said.push(JSON.parse(String(effect.frame)) as JsonObject);
      if (effect.do === 'ask') this.asked.push(effect.question);
    }
    return effects;
  }
}

/** Hands everything over, in order, until nothing is left; whoever is not among `ends` is gone. */
export function courier(...ends: readonly End[]): void {
  for (let source = waiting(ends); source !== undefined; source = waiting(ends)) carryFrom(source, ends);
}

function waiting(ends: readonly End[]): End | undefined {
  return ends.find(({ out }) => out.length > 0);
}

/** As on the bus: what somebody says because of a signal is there before the reply to that signal. */
function carryFrom(source: End, ends: readonly End[]): void {
  for (const { as, to, sessionId, content } of source.out.splice(0)) {
    const target = ends.find(({ connectionId }) => connectionId === to.connectionId);
    const isDevice = source.connectionId === DEVICE.connectionId;
    const person = { node: 'edge-p', connectionId: source.connectionId, deviceNumber: 0n, epoch: 0n };
    const input = { on: 'console', sessionId, from: isDevice ? DEVICE : person, content } as const;
    const accept = target?.take(input).find((effect) => effect.do === 'accept');
    const outcome = accept === undefined ? 'gone' : accept.joined === false ? 'not_joined' : 'delivered';
    if (target !== undefined) carryFrom(target, ends);
    source.settle(as, { kind: 'signalled', outcome });
  }
}

/** A device and a person who has come in. */
export function pair(kind: 'iex' | 'shell' = 'iex') {
  const device = new DeviceEnd();
  if (kind === 'shell') device.attachShell();
  device.heard();
  const person = new PersonEnd('person-1').enter(kind);
  const carry = () => courier(device, person);
  carry();
  return { device, person, carry };
}
