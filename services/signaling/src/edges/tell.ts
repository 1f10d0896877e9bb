// Tells the ends of sessions what became of them, beside whatever work found it out; bounded, and given up when it fails.
import type { bus as messages } from '@mooring/proto';
import {
  asFault,
  type Bus,
  contextFromTraceparent,
  deadline,
  inSpan,
  type Runnable,
  sleep,
  untilAborted,
  Work,
} from '@mooring/runtime';
import { otherSide, type Session, type Side } from '../domain/session.js';
import { tellFailed, told } from '../events.js';
import type { SessionReader } from '../store/sessions.js';
import { deliver } from './deliver.js';
import { endMessage } from './message.js';

/** Ends that are told at a time, and that wait for it. */
const BOUNDS = { atOnce: 64, waiting: 20_000 } as const;
const TELL_MS = 2_000;
/** An end that is just taking its sessions up knows them a moment later. */
const AGAIN_MS = 400;
const ROUNDS = 4;
const DRAIN_MS = 5_000;

type Signal = NonNullable<messages.WatchSignal['signal']>;
type Speaker = Pick<Bus, 'request' | 'connectedSinceMs'>;

export interface Teller {
  /** Tells both ends that the session is over. */
  ended(session: Session): void;
  /** Tells the other end where this one is, or that it is away, until it has heard what is stored. */
  presence(session: Session, side: Side): void;
  /** As `presence`, and resolves when it has been tried once, after `limitMs` at the latest. Never throws. */
  presentNow(session: Session, side: Side, limitMs: number): Promise<void>;
  /** Ready at once; at the end what waits is told, in 5 s at most. */
  readonly runnable: Runnable;
}

export function teller(bus: Speaker, sessions: Pick<SessionReader, 'byIds'>): Teller {
  const work = new Work({ ...BOUNDS, dropped: () => told('any', 'dropped') });

  function ended(session: Session): void {
    const { reason } = session;
    for (const side of ['viewer', 'device'] as const) {
      const content: Signal = { $case: 'ended', value: { reason } };
      work.start(() => quietly(session, () => signal(bus, session, side, content, '')));
    }
  }

  async function tellOf(session: Session, side: Side): Promise<boolean> {
    const other = otherSide(side);
    // Who is away asks when it comes back.
    if (session[other].lostAtMs !== undefined) return true;
    return signal(bus, session, other, ...presenceOf(session, side));
  }

  /** Two who change an end at once may overtake one another on the way: what is told is compared with what is stored. */
  async function untilHeard(session: Session, side: Side): Promise<void> {
    let shown = session;
    for (let round = 0; round < ROUNDS; round++) {
      const isHeard = await tellOf(shown, side);
      const [stored] = await sessions.byIds([shown.id]);
      if (stored === undefined) return;
      // Whoever came back meanwhile may not have known the session yet when its end was told.
      if (stored.state === 'ended') return ended(stored);
      if (isHeard && isAlike(stored, shown)) return;
      await sleep(AGAIN_MS);
      shown = stored;
    }
  }

  return {
    ended,
    presence: (session, side) => work.start(() => quietly(session, () => untilHeard(session, side))),
    async presentNow(session, side, limitMs) {
      await quietly(session, () => deadline(tellOf(session, side), limitMs, 'telling of an end'));
      work.startIn(AGAIN_MS, () => quietly(session, () => untilHeard(session, side)));
    },
    runnable: {
      name: 'teller',
      async run({ signal: stop, ready }) {
        ready();
        await untilAborted(stop);
        await work.drained(DRAIN_MS).catch((error: unknown) => tellFailed('', asFault(error)));
      },
    },
  };
}

/**
 * That an end is away comes as from its lost connection: an edge that has heard of a newer one passes it over, so it may
 * come late.
 */
function presenceOf(session: Session, side: Side): readonly [Signal, string] {
  const end = session[side];
  return end.lostAtMs === undefined
    ? [{ $case: 'back', value: endMessage(session, side) }, '']
    : [{ $case: 'away', value: {} }, end.connectionId];
}

function isAlike(one: Session, another: Session): boolean {
  return (['viewer', 'device'] as const).every((side) => {
    const [a, b] = [one[side], another[side]];
    return a.connectionId === b.connectionId && a.lostAtMs === b.lostAtMs;
  });
}

async function signal(
  bus: Speaker,
  session: Session,
  to: Side,
  content: Signal,
  fromConnectionId: string,
): Promise<boolean> {
  const value = { sessionId: session.id, fromConnectionId, signal: content };
  const { outcome } = await deliver(bus, session, to, { $case: 'watchSignal', value }, TELL_MS);
  told(content.$case, outcome);
  return outcome === 'delivered';
}

/** What nobody asked for goes on in the trace of the request to watch. Never rejects. */
async function quietly(session: Session, work: () => Promise<unknown>): Promise<void> {
  const { traceparent, id } = session;
  const options = { parent: contextFromTraceparent(traceparent), attributes: { 'mooring.session': id } };
  try {
    await (traceparent === '' ? work() : inSpan('tell the ends', options, work));
  } catch (error) {
    tellFailed(id, asFault(error));
  }
}
