// The Kinetid machine: a plug's first hello binds the socket to it; what it and the plugs behind it say becomes readings.

import { isSuperseded } from '../children.js';
import {
  type AdmittedDevice,
  type Answer,
  CloseReason,
  type Dialect,
  type Effect,
  type Frame,
  type RefusalCode,
  type Step,
} from '../dialect.js';
import { type Held, hold, takeHeld } from '../held.js';
import { plainCloseFor, refusalClose } from '../plain-close.js';
import { execute } from './execute.js';
import {
  admitPassive,
  awaitedPassive,
  dropMoved,
  hearPassive,
  refusePassive,
  releaseSilent,
  SILENCE_TIMER,
  sendError,
  tokenOf,
} from './passives.js';
import { act, versionOf } from './plug.js';
import { countBad, countIgnored, HELLO_TIMEOUT_MS, type KinetidState, newPlug, newState } from './state.js';
import { decode, isDeviceId, type Message } from './wire.js';

export type { KinetidState } from './state.js';

const ACTIVE = 'active';
const HELLO_TIMER = 'hello';
const NOTHING: readonly Effect[] = Object.freeze([]);

export const kinetid: Dialect<KinetidState> = {
  name: 'kinetid',
  limits: { maxFrameBytes: 64 * 1024, idleS: 16, framesPerS: 20, frameBurst: 60 },
  // Browsers come from other origins and ESP clients offer no subprotocol (kinetid.md 2): nothing to check.
  upgrade: () => ({ accept: true }),
  open: () => ({
    state: newState(),
    effects: [{ do: 'arm', timer: HELLO_TIMER, afterMs: HELLO_TIMEOUT_MS }],
  }),
  step(state, input, now): Step<KinetidState> {
    if (state.phase === 'closed') return { state, effects: NOTHING };
    if (input.on === 'frame') return { state, effects: onFrame(state, input.frame, now) };
    const out: Effect[] = [];
    switch (input.on) {
      case 'answer':
        onAnswer(state, input.to, input.answer, now, out);
        break;
      case 'timer':
        onTimer(state, input.timer, now, out);
        break;
      case 'command':
        if (input.command.kind === 'execute') execute(state, input.command, now, out);
        else onSuperseded(state, input.command.device, out);
        break;
    }
    return { state, effects: out };
  },
  closeFor: plainCloseFor,
};

function onFrame(state: KinetidState, frame: Frame, now: number): readonly Effect[] {
  const message = decode(frame);
  const ready = state.active?.device;
  if (ready !== undefined && typeof message !== 'string' && message.cmd === 'hb') {
    if (message.deviceId === state.active?.identifier) {
      state.badRun = 0;
      return NOTHING;
    }
  }
  const out: Effect[] = [];
  if (typeof message === 'string') countBad(state, message, out);
  else if (!isKnown(message.cmd)) {
    state.badRun = 0;
    out.push({ do: 'count', outcome: 'unrecognised', what: 'cmd' });
  } else receive(state, message, frame.data.length, now, out);
  return out;
}

function isKnown(cmd: unknown): boolean {
  return cmd === 'report' || cmd === 'hb' || cmd === 'hello' || cmd === 'state' || cmd === 'ack';
}

function receive(state: KinetidState, message: Message, bytes: number, now: number, out: Effect[]): void {
  const active = state.active;
  if (active === undefined) bind(state, message, bytes, now, out);
  else if (active.device === undefined) wait(state, message, bytes, now, out);
  else if (message.deviceId === active.identifier) act(state, active, active.device, message, now, out);
  else hearPassive(state, active.device, message, bytes, now, out);
}

/** The first hello names the active plug; nothing before it counts. */
function bind(state: KinetidState, message: Message, bytes: number, now: number, out: Effect[]): void {
  const identifier = message.deviceId;
  if (!isDeviceId(identifier)) {
    countBad(state, 'device_id', out);
    return;
  }
  state.badRun = 0;
  if (message.cmd !== 'hello') {
    countIgnored('before_hello', out);
    return;
  }
  state.phase = 'admitting';
  state.active = newPlug(identifier);
  state.version = versionOf(message);
  const token = tokenOf(message);
  out.push(
    { do: 'disarm', timer: HELLO_TIMER },
    {
      do: 'ask',
      as: ACTIVE,
      question: {
        kind: 'admit',
        identifier,
        deviceKind: 'plug',
        ...(token === undefined ? {} : { token }),
      },
    },
  );
  wait(state, message, bytes, now, out);
}

function wait(state: KinetidState, message: Message, bytes: number, now: number, out: Effect[]): void {
  state.badRun = 0;
  // A heartbeat has nothing to say later; the next one comes in 4 s.
  if (message.cmd === 'hb') return;
  if (!hold(state.room, state.held, message, bytes, now)) countIgnored('held_overflow', out);
}

function onAnswer(state: KinetidState, to: string, answer: Answer, now: number, out: Effect[]): void {
  const passive = awaitedPassive(state, to);
  switch (answer.kind) {
    case 'admitted':
      if (to === ACTIVE) admitActive(state, answer.device, now, out);
      else if (passive !== undefined) admitPassive(state, passive, answer.device, now, out);
      break;
    case 'refused':
      if (to === ACTIVE) refuseActive(state, answer.code, out);
      else if (passive !== undefined) refusePassive(state, passive, answer.code, now, out);
      break;
    case 'authenticated':
    case 'durable':
    case 'shed':
      // Never asked for: no reply to a plug waits for storage.
      break;
  }
}

function admitActive(state: KinetidState, device: AdmittedDevice, now: number, out: Effect[]): void {
  if (state.phase !== 'admitting' || state.active === undefined) return;
  state.phase = 'ready';
  state.active.device = device;
  for (const held of takeHeld(state.room, state.held)) {
    // A held message can be the third bad one in a row, and then there is no connection to go on with.
    if (isClosed(state)) return;
    receive(state, held.message, held.bytes, timeOf(held, now), out);
  }
}

/** A hello is answered with the time of the answer; what is measured counts from when it came. */
function timeOf(held: Held<Message>, now: number): number {
  return held.message.cmd === 'hello' ? now : held.atMs;
}

function isClosed(state: KinetidState): boolean {
  return state.phase === 'closed';
}

function refuseActive(state: KinetidState, code: RefusalCode, out: Effect[]): void {
  if (state.phase !== 'admitting' || state.active === undefined) return;
  for (const _ of takeHeld(state.room, state.held))
    out.push({ do: 'count', outcome: 'refused', what: 'active' });
  sendError(state, state.active.identifier, code, out);
  state.phase = 'closed';
  out.push({ do: 'close', ...refusalClose(code) });
}

function onTimer(state: KinetidState, timer: string, now: number, out: Effect[]): void {
  if (timer === SILENCE_TIMER) releaseSilent(state, now, out);
  else if (timer === HELLO_TIMER && state.phase === 'hello') {
    state.phase = 'closed';
    out.push({ do: 'close', close: { code: 1008, text: 'No hello' }, reason: 'hello_timeout' });
  }
}

function onSuperseded(state: KinetidState, device: AdmittedDevice, out: Effect[]): void {
  const active = state.active?.device;
  if (active === undefined || !isSuperseded(active, device)) {
    dropMoved(state, device);
    return;
  }
  state.phase = 'closed';
  out.push({ do: 'close', close: plainCloseFor(CloseReason.replaced), reason: 'replaced' });
}
