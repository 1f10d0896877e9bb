// What one end of a console still has to tell the other: a bounded queue that joins what was typed or shown meanwhile.
import type { ConsoleContent } from './console-session.js';
import type { Effect } from './dialect.js';
import type { ConnectionEnd, SignalOutcome } from './end.js';

/** Signals under way at once: enough that nobody waits for an answer to type on, few enough that the rest gathers. */
const MAX_IN_FLIGHT = 8;
/** Bytes of UTF-8 that wait; what comes beyond is dropped and counted. */
export const MAX_QUEUED_BYTES = 256 * 1024;
/** Pieces that wait, whatever their size. */
const MAX_QUEUED = 1024;
/** UTF-16 units in one piece of data: at most 48 KiB of UTF-8, so that a signal has at most 64 KiB. */
export const MAX_PIECE = 16 * 1024;
/** Signals in a row of which nothing is known; then the other end counts as gone. */
const MAX_LOST = 3;

export interface ConsoleLink {
  readonly sessionId: string;
  readonly to: ConnectionEnd;
  readonly inFlight: number;
  readonly lost: number;
  readonly queue: readonly ConsoleContent[];
  readonly queuedBytes: number;
}

export interface LinkStep {
  readonly link: ConsoleLink;
  readonly effects: readonly Effect[];
}

export function newLink(sessionId: string, to: ConnectionEnd): ConsoleLink {
  return { sessionId, to, inFlight: 0, lost: 0, queue: [], queuedBytes: 0 };
}

/** The name under which a session's signals are answered. */
export function linkName(sessionId: string): string {
  return `console ${sessionId}`;
}

/** Tells the other end, now or when there is room. Text of any length is cut into pieces. */
export function tell(link: ConsoleLink, content: ConsoleContent): LinkStep {
  let next = link;
  const effects: Effect[] = [];
  for (const piece of piecesOf(content)) {
    const step = tellPiece(next, piece);
    next = step.link;
    effects.push(...step.effects);
  }
  return { link: next, effects };
}

/** A last word, ahead of whatever waits: what it ends has no use for the rest. */
export function lastWord(link: ConsoleLink, content: ConsoleContent): Effect {
  return signal(link, content);
}

/** One signal was answered: the next goes out. Undefined when the other end is gone. */
export function settled(link: ConsoleLink, outcome: SignalOutcome): LinkStep | undefined {
  const lost = outcome === 'lost' ? link.lost + 1 : 0;
  if (outcome === 'gone' || outcome === 'not_joined' || lost >= MAX_LOST) return undefined;
  const [first, ...queue] = link.queue;
  const effects: Effect[] = outcome === 'lost' ? [dropped()] : [];
  if (first === undefined) {
    return { link: { ...link, lost, inFlight: Math.max(0, link.inFlight - 1) }, effects };
  }
  const queuedBytes = link.queuedBytes - bytesOf(first);
  return { link: { ...link, lost, queue, queuedBytes }, effects: [...effects, signal(link, first)] };
}

function tellPiece(link: ConsoleLink, content: ConsoleContent): LinkStep {
  if (link.inFlight < MAX_IN_FLIGHT) {
    return { link: { ...link, inFlight: link.inFlight + 1 }, effects: [signal(link, content)] };
  }
  const bytes = bytesOf(content);
  const queuedBytes = link.queuedBytes + bytes;
  if (queuedBytes > MAX_QUEUED_BYTES || link.queue.length >= MAX_QUEUED)
    return { link, effects: [dropped()] };
  return { link: { ...link, queue: append(link.queue, content), queuedBytes }, effects: [] };
}

/** Joined to the last one where that is text too and both fit one piece. */
function append(queue: readonly ConsoleContent[], content: ConsoleContent): readonly ConsoleContent[] {
  const last = queue.at(-1);
  if (last?.is !== 'data' || content.is !== 'data' || last.data.length + content.data.length > MAX_PIECE) {
    return [...queue, content];
  }
  return [...queue.slice(0, -1), { is: 'data', data: last.data + content.data }];
}

function piecesOf(content: ConsoleContent): readonly ConsoleContent[] {
  if (content.is !== 'data' || content.data.length <= MAX_PIECE) return [content];
  const pieces: ConsoleContent[] = [];
  for (let at = 0; at < content.data.length; ) {
    let end = Math.min(at + MAX_PIECE, content.data.length);
    // Not between the halves of a character.
    if (end < content.data.length && /[\ud800-\udbff]/.test(content.data.charAt(end - 1))) end -= 1;
    pieces.push({ is: 'data', data: content.data.slice(at, end) });
    at = end;
  }
  return pieces;
}

function bytesOf(content: ConsoleContent): number {
  if (content.is === 'data') return Buffer.byteLength(content.data);
  return content.is === 'file' && content.file.step === 'chunk' ? content.file.data.byteLength : 64;
}

function signal({ sessionId, to }: ConsoleLink, content: ConsoleContent): Effect {
  return { do: 'signal', as: linkName(sessionId), to, sessionId, content };
}

function dropped(): Effect {
  return { do: 'count', outcome: 'dropped', what: 'console_data' };
}
