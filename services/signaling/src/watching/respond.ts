// Answers what edges ask of signaling: one replica of many answers, so many requests at a time and no more.
import { watching } from '@mooring/proto';
import {
  asFault,
  type Bus,
  deadline,
  Fault,
  type Runnable,
  type Subscription,
  untilAborted,
} from '@mooring/runtime';
import { iceServersIssued, watchRequested } from '../events.js';
import { freshIce } from './ice.js';
import type { WatchingParts } from './parts.js';
import { resumeSessions } from './resume.js';
import { startSession } from './start.js';

const QUEUE = { queue: 'signaling' };
/** Requests in hand in one process; a viewer that finds no room asks again. */
const MAX_IN_HAND = 512;
/** Longest waits, below those of the edges: ten seconds for a watch, five for the others. */
const WATCH_MS = 9_500;
const ANSWER_MS = 4_500;
const DRAIN_MS = 10_000;

/** Ready once the requests reach this process; at the end those in hand are answered. */
export function watchingRunnable(parts: WatchingParts): Runnable {
  const { bus } = parts;
  const inHand = new Set<Promise<void>>();
  const bounded = async <R>(limitMs: number, work: () => Promise<R>): Promise<R> => {
    if (inHand.size >= MAX_IN_HAND) throw new Fault('unavailable', 'too many requests are in hand');
    const running = work();
    const settled: Promise<void> = running
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => inHand.delete(settled));
    inHand.add(settled);
    return deadline(running, limitMs, 'the answer');
  };
  return {
    name: 'watching',
    async run({ signal, ready }) {
      const subscriptions = subscribe(bus, parts, bounded);
      await bus.flush();
      ready();
      await untilAborted(signal);
      for (const subscription of subscriptions) subscription.close();
      await deadline(Promise.all(inHand), DRAIN_MS, 'the last answers').catch(() => undefined);
    },
  };
}

function subscribe(
  bus: Bus,
  parts: WatchingParts,
  bounded: <R>(limitMs: number, work: () => Promise<R>) => Promise<R>,
): readonly Subscription[] {
  return [
    bus.respond(
      watching.watch,
      {},
      async (request) => {
        try {
          const reply = await bounded(WATCH_MS, () => startSession(parts, request));
          watchRequested('ready');
          return reply;
        } catch (error) {
          watchRequested(asFault(error).code);
          throw error;
        }
      },
      QUEUE,
    ),
    bus.respond(
      watching.resume,
      {},
      (request) => bounded(ANSWER_MS, () => resumeSessions(parts, request)),
      QUEUE,
    ),
    bus.respond(
      watching.ice,
      {},
      async (request) => {
        const reply = await bounded(ANSWER_MS, () => freshIce(parts, request));
        iceServersIssued(reply.expiresAtMs > 0);
        return reply;
      },
      QUEUE,
    ),
  ];
}
