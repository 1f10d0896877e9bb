// The BERG machine: whatever names a bridge first binds the socket to it; it then speaks for itself and its printers.

import { isSuperseded } from '../children.js';
import {
  type AdmittedDevice,
  type Answer,
  CloseReason,
  type Dialect,
  type Effect,
  type Frame,
  type Hello,
  type RefusalCode,
  type Step,
  type UpgradeDecision,
} from '../dialect.js';
import { hold, takeHeld } from '../held.js';
import { plainCloseFor, refusalClose } from '../plain-close.js';
import { recordBridgeLog, recordPowerOn, recordResponse } from './bridge-record.js';
import { execute } from './execute.js';
import { noteKeyRequest } from './key-request.js';
import { recordPrinterEvent } from './printer-record.js';
import {
  admitPrinter,
  awaitedPrinter,
  dropMoved,
  hearPrinter,
  refusePrinter,
  releaseSilent,
  SILENCE_TIMER,
} from './printers.js';
import { type BergState, countIgnored, IDENTIFY_TIMEOUT_MS, MAX_MALFORMED_RUN, newState } from './state.js';
import { type BergMessage, decode } from './wire.js';

export type { BergState } from './state.js';

const SUBPROTOCOL = 'bergcloud-bridge-v1';
const BRIDGE = 'bridge';
const IDENTIFY_TIMER = 'identify';
const NOTHING: readonly Effect[] = Object.freeze([]);

export const berg: Dialect<BergState> = {
  name: 'berg',
  // The quietest clients speak every 30 s, hence the idle time (berg.md 2.3); a power_on is 4 KiB, a full log 10 KiB.
  limits: { maxFrameBytes: 1024 * 1024, idleS: 64, framesPerS: 50, frameBurst: 200 },
  upgrade,
  open: () => ({
    state: newState(),
    effects: [{ do: 'arm', timer: IDENTIFY_TIMER, afterMs: IDENTIFY_TIMEOUT_MS }],
  }),
  step(state, input, now): Step<BergState> {
    if (state.phase === 'closed') return { state, effects: NOTHING };
    const out: Effect[] = [];
    switch (input.on) {
      case 'frame':
        onFrame(state, input.frame, now, out);
        break;
      case 'answer':
        onAnswer(state, input.to, input.answer, now, out);
        break;
      case 'timer':
        onTimer(state, input.timer, now, out);
        break;
      case 'command':
        if (input.command.kind === 'execute') execute(state, input.command, out);
        else onSuperseded(state, input.command.device, out);
        break;
    }
    return { state, effects: out };
  },
  closeFor: plainCloseFor,
};

/** The subprotocol is named only to those that offer it: others would refuse an answer that names it (berg.md 2.1). */
function upgrade(hello: Hello): UpgradeDecision {
  const offered = (hello.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.includes(SUBPROTOCOL) ? { accept: true, subprotocol: SUBPROTOCOL } : { accept: true };
}

function onFrame(state: BergState, frame: Frame, now: number, out: Effect[]): void {
  const message = decode(frame);
  if (message.kind === 'malformed') {
    onMalformed(state, message.what, out);
    return;
  }
  state.malformedRun = 0;
  if (message.kind === 'unrecognised') out.push({ do: 'count', outcome: 'unrecognised', what: message.what });
  else receive(state, message, frame.data.length, now, out);
}

function onMalformed(state: BergState, what: string, out: Effect[]): void {
  out.push({ do: 'count', outcome: 'malformed', what });
  state.malformedRun += 1;
  if (state.malformedRun < MAX_MALFORMED_RUN) return;
  state.phase = 'closed';
  out.push({ do: 'close', close: { code: 1008, text: 'Bad messages' }, reason: 'bad_messages' });
}

function receive(state: BergState, message: BergMessage, bytes: number, now: number, out: Effect[]): void {
  if (state.phase === 'unidentified') identify(state, message.bridge, out);
  if (message.bridge !== state.bridge) out.push({ do: 'count', outcome: 'refused', what: 'other_bridge' });
  else if (state.device !== undefined) handle(state, state.device, message, bytes, now, out);
  else if (!hold(state.room, state.held, message, bytes, now)) countIgnored('held_overflow', out);
}

/** A bridge may send what a broken socket left over before its power_on, so any message will do (berg.md 4.1). */
function identify(state: BergState, bridge: string, out: Effect[]): void {
  state.phase = 'admitting';
  state.bridge = bridge;
  out.push(
    { do: 'disarm', timer: IDENTIFY_TIMER },
    { do: 'ask', as: BRIDGE, question: { kind: 'admit', identifier: bridge, deviceKind: 'bridge' } },
  );
}

function handle(
  state: BergState,
  bridge: AdmittedDevice,
  message: BergMessage,
  bytes: number,
  now: number,
  out: Effect[],
): void {
  switch (message.kind) {
    case 'power_on':
      recordPowerOn(bridge, message, now, out);
      break;
    case 'bridge_log':
      recordBridgeLog(bridge, message, now, out);
      break;
    case 'bridge_response':
      recordResponse(bridge, message, now, out);
      break;
    case 'encryption_key_required':
      noteKeyRequest(state, bridge, message.printer, now, out);
      break;
    case 'unknown_bridge_event':
      out.push({ do: 'count', outcome: 'unrecognised', what: 'bridge_event' });
      break;
    case 'device_event':
      // A Wi-Fi device is its own bridge; as a child it would take the place of the session that asks for it.
      if (message.printer === state.bridge) recordPrinterEvent(bridge, message, now, out);
      else hearPrinter(state, bridge, message.printer, message, bytes, now, out);
      break;
    case 'device_connect':
    case 'device_disconnect':
      if (message.printer === state.bridge) countIgnored('bridge_as_printer', out);
      else hearPrinter(state, bridge, message.printer, message, bytes, now, out);
      break;
    case 'device_response':
      if (message.printer === undefined || message.printer === state.bridge) {
        recordResponse(bridge, message, now, out);
      } else hearPrinter(state, bridge, message.printer, message, bytes, now, out);
      break;
  }
}

function onAnswer(state: BergState, to: string, answer: Answer, now: number, out: Effect[]): void {
  const printer = awaitedPrinter(state, to);
  switch (answer.kind) {
    case 'admitted':
      if (to === BRIDGE) admitBridge(state, answer.device, out);
      else if (printer !== undefined && state.device !== undefined) {
        admitPrinter(state, state.device, printer, answer.device, now, out);
      }
      break;
    case 'refused':
      if (to === BRIDGE) refuseBridge(state, answer.code, out);
      else if (printer !== undefined) refusePrinter(state, printer, answer.code, now, out);
      break;
    case 'authenticated':
    case 'durable':
    case 'shed':
      // Never asked for: nothing is said to a bridge about what is stored.
      break;
  }
}

function admitBridge(state: BergState, device: AdmittedDevice, out: Effect[]): void {
  if (state.phase !== 'admitting') return;
  state.phase = 'ready';
  state.device = device;
  for (const { message, bytes, atMs } of takeHeld(state.room, state.held)) {
    handle(state, device, message, bytes, atMs, out);
  }
}

function refuseBridge(state: BergState, code: RefusalCode, out: Effect[]): void {
  if (state.phase !== 'admitting') return;
  for (const _ of takeHeld(state.room, state.held))
    out.push({ do: 'count', outcome: 'refused', what: 'bridge' });
  state.phase = 'closed';
  out.push({ do: 'close', ...refusalClose(code) });
}

function onTimer(state: BergState, timer: string, now: number, out: Effect[]): void {
  if (timer === SILENCE_TIMER) releaseSilent(state, now, out);
  else if (timer === IDENTIFY_TIMER && state.phase === 'unidentified') {
    state.phase = 'closed';
    out.push({ do: 'close', close: { code: 1008, text: 'No bridge address' }, reason: 'hello_timeout' });
  }
}

function onSuperseded(state: BergState, device: AdmittedDevice, out: Effect[]): void {
  if (state.device === undefined || !isSuperseded(state.device, device)) {
    dropMoved(state, device);
    return;
  }
  state.phase = 'closed';
  out.push({ do: 'close', close: plainCloseFor(CloseReason.replaced), reason: 'replaced' });
}
