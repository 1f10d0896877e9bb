// The plugs behind the active one: admitted on their first message, released when silent, remembered when refused.

import { dropSuperseded, nextSilenceMs, refuseChild, standingOf, takeSilent } from '../children.js';
import { type AdmittedDevice, type Effect, RefusalCode } from '../dialect.js';
import { hold, takeHeld } from '../held.js';
import { act } from './plug.js';
import {
  countBad,
  countIgnored,
  HEARTBEAT_SILENCE_MS,
  type KinetidState,
  newPlug,
  type PassivePlug,
  REFUSED_FOR_MS,
  REPORT_SILENCE_MS,
  UNAVAILABLE_FOR_MS,
} from './state.js';
import { encodeError, isDeviceId, type Message } from './wire.js';

/** The one timer of a session: when the next passive plug may have been silent for too long. */
export const SILENCE_TIMER = 'silence';
const PREFIX = 'passive:';

/** Takes a message whose device id is not the active plug's. */
export function hearPassive(
  state: KinetidState,
  gateway: AdmittedDevice,
  message: Message,
  bytes: number,
  now: number,
  out: Effect[],
): void {
  const plug = state.passives.members.get(message.deviceId);
  if (plug === undefined) {
    meetPassive(state, gateway, message, bytes, now, out);
    return;
  }
  if (now > plug.heardMs) plug.heardMs = now;
  if (message.cmd === 'hb') noteHeartbeat(state, plug, now, out);
  if (plug.device !== undefined) act(state, plug, plug.device, message, now, out);
  else holdFor(state, plug, message, bytes, now, out);
}

/** From its first heartbeat on, a plug is held to the heartbeat's period. */
function noteHeartbeat(state: KinetidState, plug: PassivePlug, now: number, out: Effect[]): void {
  if (plug.silenceMs === HEARTBEAT_SILENCE_MS) return;
  plug.silenceMs = HEARTBEAT_SILENCE_MS;
  armSilence(state, now, out);
}

function meetPassive(
  state: KinetidState,
  gateway: AdmittedDevice,
  message: Message,
  bytes: number,
  now: number,
  out: Effect[],
): void {
  const identifier = message.deviceId;
  if (!isDeviceId(identifier)) {
    countBad(state, 'device_id', out);
    return;
  }
  state.badRun = 0;
  const standing = standingOf(state.passives, identifier, now);
  if (standing.is !== 'askable') {
    const code = standing.is === 'full' ? RefusalCode.exhausted : standing.code;
    out.push({
      do: 'count',
      outcome: 'refused',
      what: standing.is === 'full' ? 'too_many_passives' : 'passive',
    });
    // A heartbeat every 4 s does not need the same answer every 4 s.
    if (message.cmd !== 'hb') sendError(state, identifier, code, out);
    return;
  }
  const silenceMs = message.cmd === 'hb' ? HEARTBEAT_SILENCE_MS : REPORT_SILENCE_MS;
  const plug: PassivePlug = { ...newPlug(identifier), heardMs: now, silenceMs, held: [] };
  state.passives.members.set(identifier, plug);
  const token = tokenOf(message);
  out.push({
    do: 'ask',
    as: PREFIX + identifier,
    question: {
      kind: 'admit',
      identifier,
      deviceKind: 'passive_plug',
      gateway,
      ...(token === undefined ? {} : { token }),
    },
  });
  holdFor(state, plug, message, bytes, now, out);
}

function holdFor(
  state: KinetidState,
  plug: PassivePlug,
  message: Message,
  bytes: number,
  now: number,
  out: Effect[],
): void {
  state.badRun = 0;
  if (message.cmd === 'hb') return;
  if (!hold(state.room, plug.held, message, bytes, now)) countIgnored('held_overflow', out);
}

/** The plug that an answer named `to` is about, while it waits. */
export function awaitedPassive(state: KinetidState, to: string): PassivePlug | undefined {
  if (!to.startsWith(PREFIX)) return undefined;
  const plug = state.passives.members.get(to.slice(PREFIX.length));
  return plug?.device === undefined ? plug : undefined;
}

export function admitPassive(
  state: KinetidState,
  plug: PassivePlug,
  device: AdmittedDevice,
  now: number,
  out: Effect[],
): void {
  plug.device = device;
  plug.heardMs = now;
  for (const held of takeHeld(state.room, plug.held)) {
    if (state.phase === 'closed') return;
    act(state, plug, device, held.message, held.atMs, out);
  }
  if (state.phase !== 'closed') armSilence(state, now, out);
}

export function refusePassive(
  state: KinetidState,
  plug: PassivePlug,
  code: RefusalCode,
  now: number,
  out: Effect[],
): void {
  const forMs = code === RefusalCode.unavailable ? UNAVAILABLE_FOR_MS : REFUSED_FOR_MS;
  refuseChild(state.passives, plug.identifier, { code, untilMs: now + forMs });
  const lost = takeHeld(state.room, plug.held).length;
  for (let i = 0; i < Math.max(1, lost); i++) out.push({ do: 'count', outcome: 'refused', what: 'passive' });
  sendError(state, plug.identifier, code, out);
}

/** Lets go of the passive plugs that have been silent for too long. */
export function releaseSilent(state: KinetidState, now: number, out: Effect[]): void {
  for (const device of takeSilent(state.passives, now)) out.push({ do: 'release', device, reason: 'silent' });
  armSilence(state, now, out);
}

/** The registry has already moved it, so nothing is said. */
export function dropMoved(state: KinetidState, device: AdmittedDevice): void {
  dropSuperseded(state.passives, device);
}

function armSilence(state: KinetidState, now: number, out: Effect[]): void {
  const afterMs = nextSilenceMs(state.passives, now);
  if (afterMs !== undefined) out.push({ do: 'arm', timer: SILENCE_TIMER, afterMs });
}

/** Longer than any token of ours; a longer one cannot be right. */
const MAX_TOKEN = 4096;

export function tokenOf(hello: Message): string | undefined {
  return hello.cmd === 'hello' && typeof hello.token === 'string' && hello.token.length <= MAX_TOKEN
    ? hello.token
    : undefined;
}

/** A device of version 1 is told nothing but what to do. */
export function sendError(state: KinetidState, deviceId: string, code: RefusalCode, out: Effect[]): void {
  if (state.version < 2) return;
  const error = code === RefusalCode.notFound ? 'not_registered' : code;
  out.push({ do: 'send', frame: encodeError(deviceId, error) });
}
