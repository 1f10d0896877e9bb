// Tells how far a durable is behind: also while nothing is handled, which is when it matters.
import { every, untilAborted } from '../clock.js';
import { logger } from '../log.js';
import type { ConnectedBus } from './connected-bus.js';
import type { Durable } from './durable.js';
import { lagMessages, lagSeconds } from './metrics.js';

const LOOK_MS = 5_000;
const log = logger('nats-consumer');

/** When the stream took the oldest message that is in hand, in milliseconds since 1970; undefined without one. */
export type OldestInHand = () => number | undefined;

/** Looks every 5 s until the signal aborts. What cannot be asked for stays as it was known. */
export async function reportLag<T>(
  bus: ConnectedBus,
  durable: Durable<T>,
  oldest: OldestInHand,
  signal: AbortSignal,
): Promise<void> {
  const labels = { durable: durable.name };
  const stopped = untilAborted(signal);
  const look = async (): Promise<void> => {
    try {
      const unsettled = await countUnsettled(bus, durable);
      lagMessages.set(labels, unsettled);
      // What failed waits at the server for its next time: not in hand, and as old as it was, and older.
      if (unsettled === 0) lagSeconds.set(labels, 0);
    } catch (error) {
      log.debug({ err: error, durable: durable.name }, 'how far a durable is behind is not known');
    }
  };
  await every(
    LOOK_MS,
    () => {
      const sinceMs = oldest();
      if (sinceMs !== undefined) lagSeconds.set(labels, Math.max(0, Date.now() - sinceMs) / 1000);
      return Promise.race([look(), stopped]);
    },
    signal,
  );
}

function countUnsettled<T>(bus: ConnectedBus, { name, stream }: Durable<T>): Promise<number> {
  return bus.waitFor(`asking about durable ${name}`, async () => {
    const manager = await bus.manager();
    const { num_pending, num_ack_pending } = await manager.consumers.info(stream.name, name);
    return num_pending + num_ack_pending;
  });
}
