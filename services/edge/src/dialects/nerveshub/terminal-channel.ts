// What a channel that carries a terminal does about it: passes to the device, notes who comes and goes, counts down.
import type { ConsoleContent, ConsoleInput, ConsoleKind } from '../console-session.js';
import type { Effect } from '../dialect.js';
import type { SignalOutcome } from '../end.js';
import type { ChannelAction, Outcome } from './channel.js';
import { log } from './device-events.js';
import type { DeviceSession } from './device-session.js';
import { arrive, dismiss, forgetUnheard, onSettled, type TerminalStep, UNHEARD_MS } from './terminal.js';

/** Turns what a person did into events for the device. */
export type ToDevice = (
  session: DeviceSession,
  content: ConsoleContent,
  person: string,
) => readonly ChannelAction[];

/** Undefined when it is not for this terminal. `came` is what a device is told when the first person comes. */
export function onConsole(
  session: DeviceSession,
  kind: ConsoleKind,
  input: ConsoleInput,
  now: number,
  toDevice: ToDevice,
): Outcome<DeviceSession> | undefined {
  const before = session.terminals[kind];
  const step = arrive(before, kind, input, now);
  if (step === undefined) return undefined;
  const person = before.seats.get(input.sessionId)?.person ?? '';
  const passed = step.pass === undefined ? [] : toDevice(session, step.pass, person);
  return noted(session, kind, step, now, passed);
}

/** The session after a step of one of its terminals, with a line of the device's log for whoever came or left. */
export function noted(
  session: DeviceSession,
  kind: ConsoleKind,
  step: TerminalStep,
  now: number,
  more: readonly ChannelAction[] = [],
): Outcome<DeviceSession> {
  const { terminal, came, left = [] } = step;
  const lines: Effect[] = [];
  if (came !== undefined) {
    lines.push(line(session, 'console_opened', kind, came, now));
    lines.push({ do: 'arm', timer: timerOf(kind), afterMs: UNHEARD_MS / 2 });
  }
  for (const person of left) lines.push(line(session, 'console_closed', kind, person, now));
  if (left.length > 0 && terminal.seats.size === 0) lines.push({ do: 'disarm', timer: timerOf(kind) });
  const terminals = { ...session.terminals, [kind]: terminal };
  return { context: { ...session, terminals }, actions: [...step.effects, ...lines, ...more] };
}

export function onSignalled(
  session: DeviceSession,
  kind: ConsoleKind,
  to: string,
  outcome: SignalOutcome,
  now: number,
): Outcome<DeviceSession> {
  const step = onSettled(session.terminals[kind], to, outcome);
  return step === undefined ? { context: session, actions: [] } : noted(session, kind, step, now);
}

/** Looks for people who are gone without a word, as long as anybody is there. */
export function onTerminalTimer(
  session: DeviceSession,
  kind: ConsoleKind,
  timer: string,
  now: number,
): Outcome<DeviceSession> {
  if (timer !== timerOf(kind)) return { context: session, actions: [] };
  const step = forgetUnheard(session.terminals[kind], now);
  const again: Effect[] =
    step.terminal.seats.size === 0 ? [] : [{ do: 'arm', timer, afterMs: UNHEARD_MS / 2 }];
  return noted(session, kind, step, now, again);
}

export function endTerminal(
  session: DeviceSession,
  kind: ConsoleKind,
  why: 'left' | 'gone',
  now: number,
): Outcome<DeviceSession> {
  return noted(
    session,
    kind,
    dismiss(session.terminals[kind], why === 'gone' ? 'device_gone' : 'ended'),
    now,
  );
}

function timerOf(kind: ConsoleKind): string {
  return `people_at_${kind}`;
}

function line(session: DeviceSession, name: string, kind: ConsoleKind, person: string, now: number): Effect {
  return log(session.device, now, { name, message: person, fields: { kind, person } });
}
