// What an admitted plug's message becomes, for the active plug and for passive ones alike.

import { textOf } from '../bounded-text.js';
import type { AdmittedDevice, Effect } from '../dialect.js';
import { isEmpty, present } from '../json-object.js';
import { answerOf, noteEvidence } from './command-answer.js';
import { readReport } from './report.js';
import { countBad, type KinetidState, type Plug } from './state.js';
import { encodeHello, type Message, macAddressOf } from './wire.js';

/** Bytes of UTF-8 kept of versions, ids, causes. */
const MAX_NAME = 64;
const MAX_ERROR = 256;

/** Acts on one message of a plug that is in. `now` is when the message was received. */
export function act(
  state: KinetidState,
  plug: Plug,
  device: AdmittedDevice,
  message: Message,
  now: number,
  out: Effect[],
): void {
  let problem: string | undefined;
  switch (message.cmd) {
    case 'report':
      problem = readReport(device, plug.boot, message, now, out);
      break;
    case 'state':
      problem = readState(device, message, now, out);
      break;
    case 'ack':
      problem = readAck(plug, device, message, now, out);
      break;
    case 'hello':
      greet(state, plug, device, message, now, out);
      break;
    default:
      // A heartbeat: it kept the connection or the passive plug alive by coming, and says nothing else.
      break;
  }
  if (problem !== undefined) {
    countBad(state, problem, out);
    return;
  }
  state.badRun = 0;
  if (typeof message.on === 'boolean' && message.on !== plug.on && message.cmd !== 'hb') {
    plug.on = message.on;
    out.push({ do: 'emit', event: { kind: 'facts', device, timeMs: now, reported: { on: message.on } } });
  }
  if (plug.expected !== undefined) noteEvidence(plug, device, message, now, out);
  if (message.cmd === 'hello') emitArrival(plug, device, message, now, out);
}

/** A state message says that the plug was switched on the spot. */
function readState(device: AdmittedDevice, message: Message, now: number, out: Effect[]): 'on' | undefined {
  const on = message.on;
  if (typeof on !== 'boolean') return 'on';
  out.push({
    do: 'emit',
    event: {
      kind: 'log',
      device,
      name: 'switched',
      level: 'info',
      message: on ? 'Switched on' : 'Switched off',
      timeMs: now,
      fields: present({ on, by: textOf(message.by, MAX_NAME) }),
    },
  });
  return undefined;
}

function readAck(
  plug: Plug,
  device: AdmittedDevice,
  message: Message,
  now: number,
  out: Effect[],
): 'id' | undefined {
  const id = textOf(message.id, MAX_NAME);
  if (id === undefined) return 'id';
  const error = textOf(message.error, MAX_ERROR);
  const on = typeof message.on === 'boolean' ? message.on : undefined;
  out.push({
    do: 'emit',
    event: {
      kind: 'log',
      device,
      name: 'command_response',
      level: error === undefined ? 'info' : 'warning',
      message: error === undefined ? 'Command acknowledged' : 'Command failed',
      timeMs: now,
      fields: present({ id, on, error }),
    },
  });
  out.push(answerOf(plug, device, id, on, error, now));
  return undefined;
}

/** A hello starts the device's report numbering anew and is answered where the device says that it takes answers. */
function greet(
  state: KinetidState,
  plug: Plug,
  device: AdmittedDevice,
  message: Message,
  now: number,
  out: Effect[],
): void {
  plug.boot = typeof message.boot === 'number' ? String(message.boot) : textOf(message.boot, MAX_NAME);
  const version = versionOf(message);
  if (plug === state.active) state.version = version;
  if (version >= 2) out.push({ do: 'send', frame: encodeHello(plug.identifier, now) });

  const fw = textOf(message.fw, MAX_NAME);
  const firmware = fw !== undefined && fw !== plug.firmware ? { version: fw } : undefined;
  // Passive plugs have no WiFi, so their ids are no MAC addresses.
  const mac = plug === state.active && !plug.described ? macAddressOf(plug.identifier) : undefined;
  plug.described = true;
  plug.firmware = fw ?? plug.firmware;
  const facts = {
    ...(firmware === undefined ? {} : { firmware }),
    ...(mac === undefined ? {} : { profile: { mac_address: mac } }),
  };
  if (!isEmpty(facts)) out.push({ do: 'emit', event: { kind: 'facts', device, timeMs: now, ...facts } });
}

/** Only a boot that is named can be told from the one before; whether it is another one is not known here. */
function emitArrival(plug: Plug, device: AdmittedDevice, hello: Message, now: number, out: Effect[]): void {
  const { boot } = plug;
  const content =
    boot === undefined
      ? ({ is: 'arrival', started: false } as const)
      : ({ is: 'arrival', instance: boot, started: versionOf(hello) >= 2 } as const);
  out.push({ do: 'emit', event: { kind: 'control', device, timeMs: now, content } });
}

/** 1 unless the hello names a version. */
export function versionOf(hello: Message): number {
  return typeof hello.v === 'number' && hello.v >= 2 ? 2 : 1;
}
