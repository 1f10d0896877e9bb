// A device's console or shell with the people at it: who hears what it shows, and who has left.
import { type ConsoleLink, lastWord, linkName, newLink, settled, tell } from '../console-link.js';
import type { ConsoleContent, ConsoleEnding, ConsoleInput, ConsoleKind } from '../console-session.js';
import type { Effect } from '../dialect.js';
import type { SignalOutcome } from '../end.js';
import { count } from './device-events.js';
import { lastLines, nothingShown, remember, type Scrollback } from './scrollback.js';

/** People at one terminal. */
const MAX_PEOPLE = 8;
/** Who is there says so again every 15 s; who has not for so long is gone without a word. */
export const UNHEARD_MS = 60_000;
/** UTF-16 units of output that one frame of a device may bring. */
const MAX_SHOWN = 256 * 1024;

/** Somebody at a terminal. */
interface Seat {
  readonly link: ConsoleLink;
  readonly person: string;
  readonly heardMs: number;
}

export interface Terminal {
  readonly seats: ReadonlyMap<string, Seat>;
  readonly scrollback: Scrollback;
}

/** What happened at a terminal. */
export interface TerminalStep {
  readonly terminal: Terminal;
  readonly effects: readonly Effect[];
  /** Who came or left, by name. */
  readonly came?: string;
  readonly left?: readonly string[];
  /** For the device itself. */
  readonly pass?: ConsoleContent;
}

// Most devices have nobody at their terminals, and an empty map takes as much memory as a session.
const nobody: Terminal['seats'] = new Map();
export const newTerminal: Terminal = { seats: nobody, scrollback: nothingShown };

const ACCEPT: Effect = { do: 'accept', joined: true };

/** Undefined for what is not for this terminal: another kind of it, or a session that is not here. */
export function arrive(
  terminal: Terminal,
  kind: ConsoleKind,
  input: ConsoleInput,
  now: number,
): TerminalStep | undefined {
  const { sessionId, from, content } = input;
  const seat = terminal.seats.get(sessionId);
  if (seat === undefined) {
    return content.is === 'open' && content.kind === kind
      ? sit(terminal, input, content.person, now)
      : undefined;
  }
  if (seat.link.to.connectionId !== from.connectionId) return undefined;
  const heard = withSeat(terminal, sessionId, { ...seat, heardMs: now });
  if (content.is === 'open') return { terminal: heard, effects: [ACCEPT] };
  if (content.is !== 'closed') return { terminal: heard, effects: [ACCEPT], pass: content };
  return { ...leave(terminal, [sessionId]), effects: [ACCEPT] };
}

function sit(terminal: Terminal, input: ConsoleInput, person: string, now: number): TerminalStep {
  const link = newLink(input.sessionId, input.from);
  if (terminal.seats.size >= MAX_PEOPLE) {
    const full = lastWord(link, { is: 'closed', reason: 'full' });
    return { terminal, effects: [ACCEPT, full, count('refused', 'terminal_full')] };
  }
  const shown = lastLines(terminal.scrollback.text);
  const told = shown === '' ? { link, effects: [] } : tell(link, { is: 'data', data: shown });
  const seat: Seat = { link: told.link, person, heardMs: now };
  return {
    terminal: withSeat(terminal, input.sessionId, seat),
    effects: [ACCEPT, ...told.effects],
    came: person,
  };
}

/** Shows something to everybody, and remembers it. */
export function show(terminal: Terminal, data: string): TerminalStep {
  const shown = data.slice(0, MAX_SHOWN);
  const cut = shown.length < data.length ? [count('dropped', 'console_data')] : [];
  const remembered = { ...terminal, scrollback: remember(terminal.scrollback, shown) };
  const step = tellAll(remembered, { is: 'data', data: shown });
  return { ...step, effects: [...cut, ...step.effects] };
}

export function tellAll(terminal: Terminal, content: ConsoleContent): TerminalStep {
  if (terminal.seats.size === 0) return { terminal, effects: [] };
  const seats = new Map<string, Seat>();
  const effects: Effect[] = [];
  for (const [sessionId, seat] of terminal.seats) {
    const step = tell(seat.link, content);
    seats.set(sessionId, { ...seat, link: step.link });
    effects.push(...step.effects);
  }
  return { terminal: { ...terminal, seats }, effects };
}

/** What became of a signal. Undefined when it was none of this terminal's. */
export function onSettled(terminal: Terminal, to: string, outcome: SignalOutcome): TerminalStep | undefined {
  for (const [sessionId, seat] of terminal.seats) {
    if (linkName(sessionId) !== to) continue;
    const step = settled(seat.link, outcome);
    if (step === undefined) return leave(terminal, [sessionId]);
    return { terminal: withSeat(terminal, sessionId, { ...seat, link: step.link }), effects: step.effects };
  }
  return undefined;
}

/** Everybody is told that it is over. */
export function dismiss(terminal: Terminal, reason: ConsoleEnding): TerminalStep {
  const effects = [...terminal.seats.values()].map(({ link }) => lastWord(link, { is: 'closed', reason }));
  return { ...leave(terminal, [...terminal.seats.keys()]), effects };
}

/** Forgets those who were not heard of for too long. */
export function forgetUnheard(terminal: Terminal, now: number): TerminalStep {
  const unheard = [...terminal.seats].filter(([, { heardMs }]) => now - heardMs > UNHEARD_MS);
  return leave(
    terminal,
    unheard.map(([sessionId]) => sessionId),
  );
}

function leave(terminal: Terminal, sessionIds: readonly string[]): TerminalStep {
  if (sessionIds.length === 0) return { terminal, effects: [] };
  const seats = new Map(terminal.seats);
  const left: string[] = [];
  for (const sessionId of sessionIds) {
    const seat = seats.get(sessionId);
    if (seat !== undefined) left.push(seat.person);
    seats.delete(sessionId);
  }
  return { terminal: { ...terminal, seats: seats.size === 0 ? nobody : seats }, effects: [], left };
}

function withSeat(terminal: Terminal, sessionId: string, seat: Seat): Terminal {
  return { ...terminal, seats: new Map(terminal.seats).set(sessionId, seat) };
}
