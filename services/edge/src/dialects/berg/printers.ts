// The printers behind a bridge: let in when they connect or speak, let go when they disconnect or fall silent.

import { dropSuperseded, nextSilenceMs, refuseChild, standingOf, takeSilent } from '../children.js';
import { type AdmittedDevice, type Effect, RefusalCode } from '../dialect.js';
import { hold, takeHeld } from '../held.js';
import { recordResponse } from './bridge-record.js';
import { momentary, recordPrinterEvent } from './printer-record.js';
import {
  type BergState,
  countIgnored,
  PRINTER_SILENCE_MS,
  type Printer,
  REFUSED_FOR_MS,
  UNAVAILABLE_FOR_MS,
} from './state.js';
import type { PrinterMessage } from './wire.js';

/** The one timer of a session: when the next printer may have been silent for too long. */
export const SILENCE_TIMER = 'silence';
const PREFIX = 'printer:';

/** Takes a message about one printer. Only a connect or an event lets an unknown one in. */
export function hearPrinter(
  state: BergState,
  bridge: AdmittedDevice,
  address: string,
  message: PrinterMessage,
  bytes: number,
  now: number,
  out: Effect[],
): void {
  const printer = state.printers.members.get(address);
  if (printer !== undefined) {
    if (printer.device !== undefined) actOn(state, printer, printer.device, message, now, out);
    // An answer must not depend on whether its printer is let in: the bridge vouches for it as well.
    else if (message.kind === 'device_response') recordResponse(bridge, message, now, out);
    else holdFor(state, printer, message, bytes, now, out);
    return;
  }
  switch (message.kind) {
    case 'device_connect':
    case 'device_event':
      meetPrinter(state, bridge, address, message, bytes, now, out);
      break;
    case 'device_response':
      // An answer may come late, or on another socket than the command; it is kept with the bridge.
      recordResponse(bridge, message, now, out);
      break;
    case 'device_disconnect':
      countIgnored('disconnect_of_unknown', out);
      break;
  }
}

function meetPrinter(
  state: BergState,
  bridge: AdmittedDevice,
  address: string,
  message: PrinterMessage,
  bytes: number,
  now: number,
  out: Effect[],
): void {
  const standing = standingOf(state.printers, address, now);
  if (standing.is !== 'askable') {
    out.push({
      do: 'count',
      outcome: 'refused',
      what: standing.is === 'full' ? 'too_many_printers' : 'printer',
    });
    return;
  }
  const printer: Printer = {
    identifier: address,
    device: undefined,
    heardMs: now,
    silenceMs: PRINTER_SILENCE_MS,
    held: [],
  };
  state.printers.members.set(address, printer);
  const question = { kind: 'admit', identifier: address, deviceKind: 'printer', gateway: bridge } as const;
  out.push({ do: 'ask', as: PREFIX + address, question });
  holdFor(state, printer, message, bytes, now, out);
}

/** A disconnect is held like the rest, so that it takes effect after what came before it. */
function holdFor(
  state: BergState,
  printer: Printer,
  message: PrinterMessage,
  bytes: number,
  now: number,
  out: Effect[],
): void {
  if (!hold(state.room, printer.held, message, bytes, now)) countIgnored('held_overflow', out);
}

function actOn(
  state: BergState,
  printer: Printer,
  device: AdmittedDevice,
  message: PrinterMessage,
  now: number,
  out: Effect[],
): void {
  switch (message.kind) {
    case 'device_event':
      printer.heardMs = Math.max(printer.heardMs, now);
      recordPrinterEvent(device, message, now, out);
      break;
    case 'device_connect':
      printer.heardMs = Math.max(printer.heardMs, now);
      break;
    case 'device_response':
      recordResponse(device, message, now, out);
      if (message.transferTimeS !== undefined)
        momentary(device, 'transfer_time_s', message.transferTimeS, now, out);
      break;
    case 'device_disconnect':
      state.printers.members.delete(printer.identifier);
      out.push({ do: 'release', device, reason: 'device_disconnect' });
      break;
  }
}

/** The printer that an answer named `to` is about, while it waits. */
export function awaitedPrinter(state: BergState, to: string): Printer | undefined {
  if (!to.startsWith(PREFIX)) return undefined;
  const printer = state.printers.members.get(to.slice(PREFIX.length));
  return printer?.device === undefined ? printer : undefined;
}

export function admitPrinter(
  state: BergState,
  bridge: AdmittedDevice,
  printer: Printer,
  device: AdmittedDevice,
  now: number,
  out: Effect[],
): void {
  printer.device = device;
  printer.heardMs = now;
  for (const { message, bytes, atMs } of takeHeld(state.room, printer.held)) {
    // Not straight to `actOn`: a held disconnect lets the printer go, and what follows meets it anew.
    hearPrinter(state, bridge, printer.identifier, message, bytes, atMs, out);
  }
  armSilence(state, now, out);
}

export function refusePrinter(
  state: BergState,
  printer: Printer,
  code: RefusalCode,
  now: number,
  out: Effect[],
): void {
  const forMs = code === RefusalCode.unavailable ? UNAVAILABLE_FOR_MS : REFUSED_FOR_MS;
  refuseChild(state.printers, printer.identifier, { code, untilMs: now + forMs });
  for (const _ of takeHeld(state.room, printer.held))
    out.push({ do: 'count', outcome: 'refused', what: 'printer' });
}

/** Lets go of the printers that said nothing for a minute. */
export function releaseSilent(state: BergState, now: number, out: Effect[]): void {
  for (const device of takeSilent(state.printers, now)) out.push({ do: 'release', device, reason: 'silent' });
  armSilence(state, now, out);
}

/** The registry has already moved it, so nothing is said. */
export function dropMoved(state: BergState, device: AdmittedDevice): void {
  dropSuperseded(state.printers, device);
}

function armSilence(state: BergState, now: number, out: Effect[]): void {
  const afterMs = nextSilenceMs(state.printers, now);
  if (afterMs !== undefined) out.push({ do: 'arm', timer: SILENCE_TIMER, afterMs });
}
