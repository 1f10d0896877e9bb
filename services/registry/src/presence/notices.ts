// Tells edges that sessions are over: replaced by newer ones in the background, ended by people while they wait.

import { edge, type bus as messages } from '@mooring/proto';
import { after, asFault, type Bus, Latch, type Runnable, sleep, systemClock } from '@mooring/runtime';
import type { Session } from '../domain/session.js';
import { events, type NoticeReason } from '../events.js';

const REQUEST_MS = 2_000;
/** An edge may hear of a session's end before it has read that it was admitted. */
const LOOK_AGAIN_MS = 300;
const SAY_AGAIN_MS = 10_000;
const MAX_NODES = 1_000;
const MAX_WAITING = 50_000;
const MAX_AT_ONCE = 64;

/** A notice to be sent; `again` when the edge did not know the session the first time. */
interface Waiting {
  readonly session: Session;
  readonly again: boolean;
}

type Outcome = 'delivered' | 'gone' | 'failed';

export type Notices = ReturnType<typeof notices>;

export function notices(bus: Pick<Bus, 'request'>) {
  const waiting: Waiting[] = [];
  const latch = new Latch();
  /** Nodes that did not answer, and when that was said last: a lost edge leaves thousands of sessions. */
  const saidSilentMs = new Map<string, number>();

  async function deliver(session: Session, why: NoticeReason): Promise<Outcome> {
    const content: messages.Delivery['content'] =
      why === 'superseded'
        ? { $case: 'superseded', value: {} }
        : { $case: 'disconnect', value: { reason: why } };
    const { node, connectionId, deviceNumber, epoch } = session;
    try {
      const delivery = { connectionId, deviceNumber, epoch, content };
      const { delivered } = await bus.request(edge.deliver, { node }, delivery, REQUEST_MS);
      const outcome = delivered ? 'delivered' : 'gone';
      events.notice(why, outcome);
      return outcome;
    } catch (error) {
      // An edge that is gone holds no session; its lease ends what it held.
      events.notice(why, 'failed');
      const nowMs = systemClock.now();
      if (nowMs - (saidSilentMs.get(node) ?? 0) >= SAY_AGAIN_MS) {
        if (saidSilentMs.size >= MAX_NODES) saidSilentMs.clear();
        saidSilentMs.set(node, nowMs);
        events.edgeSilent(node, asFault(error));
      }
      return 'failed';
    }
  }

  function queue(notice: Waiting): void {
    if (waiting.length < MAX_WAITING) {
      waiting.push(notice);
      latch.announce();
    } else {
      events.notice('superseded', 'dropped');
    }
  }

  async function tellReplaced({ session, again }: Waiting): Promise<void> {
    const outcome = await deliver(session, 'superseded');
    if (outcome === 'gone' && !again)
      after(LOOK_AGAIN_MS, () => queue({ session, again: true }), { unref: true });
  }

  return {
    /** Queues the notice that a newer session has replaced this one. */
    superseded(session: Session): void {
      queue({ session, again: false });
    },

    /** Has the session ended at its edge, looked up once more when it is not there. Never throws. */
    async end(
      why: Exclude<NoticeReason, 'superseded'>,
      lookUp: () => Promise<Session | undefined>,
      signal: AbortSignal,
    ): Promise<void> {
      try {
        for (const last of [false, true]) {
          const session = await lookUp();
          if (session === undefined || (await deliver(session, why)) === 'delivered' || last) return;
          await sleep(LOOK_AGAIN_MS, signal);
        }
      } catch (error) {
        // What was asked for is done; that its session goes on until it ends by itself is said here.
        events.notice(why, 'failed');
        events.sessionNotFound(why, asFault(error));
      }
    },

    /** Delivers what is queued, 64 at once. */
    runnable: {
      name: 'session notices',
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          await latch.next(signal);
          const worker = async (): Promise<void> => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
              await tellReplaced(next);
            }
          };
          await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, waiting.length) }, worker));
        }
      },
    } satisfies Runnable,
  };
}
