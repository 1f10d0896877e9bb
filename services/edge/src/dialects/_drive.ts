// Drives a dialect in tests as a session does: keeps the state, hands in inputs, returns effects. Also reads vectors.
import { readFileSync } from 'node:fs';
import type {
  AdmittedDevice,
  Answer,
  CommandAction,
  DeviceEvent,
  Dialect,
  Effect,
  Hello,
  Input,
  RefusalCode,
  Taken,
} from './dialect.js';

const root = new URL('../../../../', import.meta.url);

export interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** The vectors of these kinds; a kind without any is a mistake in the test. */
export function vectorsOf(dialect: string, kind: string): readonly Vector[] {
  const file = JSON.parse(readFileSync(new URL(`test/vectors/${dialect}.json`, root), 'utf8')) as {
    vectors: readonly Vector[];
  };
  const found = file.vectors.filter((vector) => vector.kind === kind);
  if (found.length === 0) throw new Error(`no vectors of kind ${kind} for ${dialect}`);
  return found;
}

export function seedText(name: string): string {
  return readFileSync(new URL(`test/vectors/seeds/${name}`, root), 'utf8');
}

export function helloWith(headers: Readonly<Record<string, string>> = {}): Hello {
  return { path: '/', query: '', headers, remoteAddress: '192.0.2.1', connectionId: 'c1', policy: 'open' };
}

export function deviceNamed(identifier: string, epoch = 1n): AdmittedDevice {
  const number = BigInt(identifier.length);
  return { id: `dev-${identifier}`, number, organizationId: 'org', timeZone: 'UTC', epoch, identifier };
}

export interface Drive<S> {
  now: number;
  readonly state: S;
  readonly opened: readonly Effect[];
  input(input: Input): readonly Effect[];
  /** One text frame; what is not a string goes as JSON. */
  text(frame: unknown): readonly Effect[];
  bytes(data: Uint8Array, binary: boolean): readonly Effect[];
  answer(to: string, answer: Answer): readonly Effect[];
  admit(to: string, device: AdmittedDevice): readonly Effect[];
  refuse(to: string, code: RefusalCode): readonly Effect[];
  timer(timer: string): readonly Effect[];
  supersede(device: AdmittedDevice): readonly Effect[];
  /** A command for `device`; number 1 unless told. */
  execute(device: AdmittedDevice, action: CommandAction, number?: number): readonly Effect[];
}

export function drive<S>(dialect: Dialect<S>, now: number): Drive<S> {
  const { state: first, effects: opened } = dialect.open(helloWith(), now);
  let state = first;
  const session: Drive<S> = {
    now,
    get state() {
      return state;
    },
    opened,
    input(input) {
      const step = dialect.step(state, input, session.now);
      state = step.state;
      return step.effects;
    },
    bytes: (data, binary) => session.input({ on: 'frame', frame: { data, binary } }),
    text: (frame) =>
      session.bytes(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame), 'utf8'), false),
    answer: (to, answer) => session.input({ on: 'answer', to, answer }),
    admit: (to, device) => session.answer(to, { kind: 'admitted', device }),
    refuse: (to, code) => session.answer(to, { kind: 'refused', code, message: 'no' }),
    timer: (timer) => session.input({ on: 'timer', timer }),
    supersede: (device) => session.input({ on: 'command', command: { kind: 'superseded', device } }),
    execute: (device, action, number = 1) =>
      session.input({ on: 'command', command: { kind: 'execute', device, number, action } }),
  };
  return session;
}

export type Emitted<K extends DeviceEvent['kind']> = Extract<DeviceEvent, { kind: K }>;

/** The events of one kind among the effects. */
export function emitted<K extends DeviceEvent['kind']>(
  effects: readonly Effect[],
  kind: K,
): readonly Emitted<K>[] {
  const events: Emitted<K>[] = [];
  for (const effect of effects) {
    if (effect.do === 'emit' && effect.event.kind === kind) events.push(effect.event as Emitted<K>);
  }
  return events;
}

export function sent(effects: readonly Effect[]): readonly unknown[] {
  return effects.flatMap((effect) =>
    effect.do === 'send' && typeof effect.frame === 'string' ? [JSON.parse(effect.frame) as unknown] : [],
  );
}

/** What the dialect did with a command. */
export function takenOf(effects: readonly Effect[]): readonly Taken[] {
  return effects.flatMap((effect) => (effect.do === 'taken' ? [effect.taken] : []));
}

/** `outcome what` of every count. */
export function counts(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.do === 'count' ? [`${effect.outcome} ${effect.what}`] : []));
}

export function asked(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.do === 'ask' ? [effect.as] : []));
}

export function closed(effects: readonly Effect[]): readonly [code: number, reason: string][] {
  return effects.flatMap((effect) => (effect.do === 'close' ? [[effect.close.code, effect.reason]] : []));
}
