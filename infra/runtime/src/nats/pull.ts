// Keeps messages of one durable coming for as long as there is room for them, through every loss of the connection.
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Subscription } from '@nats-io/transport-node';
import { backoff, deadline, sleep } from '../clock.js';
import { logger } from '../log.js';
import type { ConnectedBus } from './connected-bus.js';
import { attach, type Durable } from './durable.js';

const log = logger('nats-consumer');

// One request to the server lasts this long; twice without its half-time heartbeats and it counts as lost.
const REQUEST_MS = 10_000;
// How long a stop waits for what the server had already sent.
const DRAIN_MS = 2_000;

/** Where pulled messages go. */
export interface Sink {
  /** Resolves with how many messages there is room for: more than 0, or 0 when the signal has aborted. */
  room(): Promise<number>;
  receive(message: JsMsg): Promise<void> | void;
  /** The durable is on the server. Called again after each loss. */
  attached(): void;
}

/** Pulls until the signal aborts. Never asks for more than there is room for. */
export async function pull<T>(
  bus: ConnectedBus,
  durable: Durable<T>,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  let current: ConsumerMessages | undefined;
  const close = (): void => {
    current?.close().catch((error: unknown) => log.warn({ err: error }, 'a pull did not end cleanly'));
  };
  const end = (): void => {
    if (current !== undefined) void drain(current).catch(close);
  };
  signal.addEventListener('abort', end, { once: true });
  // A server that was restarted knows nothing of the request; asking again is faster than missing its heartbeats.
  bus.onReconnect(close);

  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const consumer = await attach(bus, durable);
      sink.attached();
      for (;;) {
        const room = await sink.room();
        if (signal.aborted) return;
        current = await consumer.fetch({ max_messages: room, expires: REQUEST_MS });
        if (signal.aborted) end();
        for await (const message of current) {
          await sink.receive(message);
          failures = 0;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn(
        { err: error, durable: durable.name, stream: durable.stream.name },
        'a durable cannot be read now',
      );
      await sleep(backoff(failures, { baseMs: 250, maxMs: 5_000 }), signal);
    }
  }
}

/**
 * Ends a pull so that what the server had sent before it heard of the end is still received: closing would drop it, and
 * it would come again only when its ack wait is over. The library drains a pull only together with its connection, so
 * this reaches for the pull's own subscription.
 */
async function drain(messages: ConsumerMessages): Promise<void> {
  const { sub } = messages as unknown as { readonly sub: Subscription };
  await deadline(sub.drain(), DRAIN_MS, 'draining a pull');
}
