// Keeps messages of one durable coming for as long as there is room for them, through every loss of the connection.
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { backoff, sleep } from '../clock.js';
import { logger } from '../log.js';
import type { ConnectedBus } from './connected-bus.js';
import { attach, type Durable } from './durable.js';

const log = logger('nats-consumer');

// One request to the server lasts this long; twice without its half-time heartbeats and it counts as lost.
const REQUEST_MS = 10_000;

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
  const end = (): void => {
    current?.close().catch((error: unknown) => log.warn({ err: error }, 'a pull did not end cleanly'));
  };
  signal.addEventListener('abort', end, { once: true });
  // A server that was restarted knows nothing of the request; asking again is faster than missing its heartbeats.
  bus.onReconnect(end);

  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const consumer = await attach(bus, durable);
      sink.attached();
      for (;;) {
        current = await ask(consumer, await sink.room(), signal);
        if (current === undefined) return;
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

async function ask(
  consumer: Consumer,
  room: number,
  signal: AbortSignal,
): Promise<ConsumerMessages | undefined> {
  if (signal.aborted) return undefined;
  const messages = await consumer.fetch({ max_messages: room, expires: REQUEST_MS });
  if (!signal.aborted) return messages;
  await messages.close();
  return undefined;
}
