// A dialect that does what a test says, and a session of it that notes what it did.
import type { AdmittedDevice, Answer, Dialect, Effect, Hello, Input } from '../dialects/dialect.js';
import type { SessionPorts, Settled } from './ports.js';
import { Session } from './session.js';

const hello: Hello = {
  path: '/toy',
  query: '',
  headers: {},
  remoteAddress: '192.0.2.1',
  connectionId: 'c-1',
  policy: 'open',
};
export const device = (number: bigint, epoch = 1n): AdmittedDevice => ({
  id: `id-${number}`,
  number,
  organizationId: 'o',
  timeZone: 'UTC',
  epoch,
  identifier: String(number),
});
const limits = { maxFrameBytes: 10, idleS: 60, framesPerS: 5, frameBurst: 5 };

/** A dialect whose behaviour is the function given; it remembers every input. */
export function toy(behave: (input: Input) => readonly Effect[], opening: readonly Effect[] = []) {
  const inputs: Input[] = [];
  const dialect: Dialect<null> = {
    name: 'kinetid',
    limits,
    upgrade: () => ({ accept: true }),
    open: () => ({ state: null, effects: opening }),
    step(state, input) {
      inputs.push(input);
      return { state, effects: behave(input) };
    },
    closeFor: (reason) => ({ code: 4000, text: reason }),
  };
  return { dialect, inputs };
}

type Answering = Answer | Promise<Answer> | ((identifier: string) => Answer);

export function run(
  parts: ReturnType<typeof toy>,
  answer: Answering = { kind: 'authenticated', person: { userId: 'u' } },
) {
  const did: string[] = [];
  const settled: Settled[] = [];
  const ports: SessionPorts = {
    emit(event, _, sequence, receipt) {
      did.push(`emit ${event.kind} ${sequence}`);
      if (receipt !== undefined) settled.push(receipt);
    },
    ask: async (question) => {
      did.push(`ask ${question.kind}`);
      return typeof answer === 'function'
        ? answer(question.kind === 'admit' ? question.identifier : '')
        : answer;
    },
    signal: async ({ sessionId, ...sent }) => {
      did.push(`signal ${'signal' in sent ? sent.signal.is : sent.content.is} ${sessionId}`);
      return 'delivered';
    },
    left: ({ number, epoch }, reason) => did.push(`left ${number}/${epoch} ${reason}`),
    events: {
      counted: (_, outcome, what) => did.push(`${outcome} ${what}`),
      admission: (_, outcome) => did.push(`admission ${outcome}`),
      crashed: () => did.push('crashed'),
      tooFast: () => did.push('too fast'),
      slowReader: () => did.push('slow reader'),
    },
    sampler: { run: (_, fn) => fn() },
  };
  let reads = true;
  const peer = {
    send: (frame: string | Uint8Array) => {
      did.push(`send ${frame}`);
      return reads;
    },
    end: (code: number, text: string) => did.push(`end ${code} ${text}`),
  };
  const session = new Session(parts.dialect, hello, peer, ports, { frameRateFactor: 1 });
  const stopReading = () => {
    reads = false;
  };
  return { session, did, settled, stopReading };
}

export const frame = (text: string) => new TextEncoder().encode(text);
export const onFrame = (effects: readonly Effect[]) => (input: Input) =>
  input.on === 'frame' ? effects : [];
/** Asks for device 7. */
export const admit: Effect = {
  do: 'ask',
  as: 'me',
  question: { kind: 'admit', identifier: '7', deviceKind: 'plug' },
};
