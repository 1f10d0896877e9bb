// The receiving side of core NATS: decodes, restores the trace, and lets nothing that a peer sent throw.
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import { asFault, Fault, isFault } from '../fault.js';
import { logger } from '../log.js';
import type { QueueOptions, Subscription } from './bus.js';
import { receiving } from './context.js';
import { faultReply } from './fault.js';
import { droppedTotal, respondSeconds } from './metrics.js';
import type { Address, Codec, Params, Rpc, Subject } from './subject.js';

const log = logger('nats');

/** See Bus.subscribe. */
export function subscribe<S extends string, T>(
  nats: NatsConnection,
  subject: Subject<S, T>,
  params: Params<S> | 'all',
  handler: (message: T, params: Params<S>) => void,
  options: QueueOptions,
): Subscription {
  return listen(nats, subject, params, options, (msg, given) => {
    const message = decoded(subject.codec, msg);
    if (message instanceof Fault) return dropped(subject.template, 'undecodable', message);
    try {
      receiving(`receive ${subject.template}`, SpanKind.CONSUMER, msg.headers, () => handler(message, given));
    } catch (error) {
      dropped(subject.template, 'handler threw', error);
    }
  });
}

/** See Bus.respond. */
export function respond<S extends string, Q, R>(
  nats: NatsConnection,
  rpc: Rpc<S, Q, R>,
  params: Params<S> | 'all',
  handler: (message: Q, params: Params<S>) => Promise<R> | R,
  options: QueueOptions,
): Subscription {
  const answer = async (msg: Msg, given: Params<S>): Promise<void> => {
    const message = decoded(rpc.request, msg);
    if (message instanceof Fault) throw message;
    const name = `respond ${rpc.template}`;
    await receiving(name, SpanKind.SERVER, msg.headers, async () => {
      const startMs = performance.now();
      let code = 'ok';
      try {
        const reply = await handler(message, given);
        msg.respond(rpc.reply.encode(reply).finish());
      } catch (error) {
        code = asFault(error).code;
        throw error;
      } finally {
        respondSeconds.observe({ subject: rpc.template, code }, (performance.now() - startMs) / 1000);
      }
    });
  };
  const refuse = (msg: Msg, error: unknown): void => {
    if (!isFault(error) || error.code === 'internal')
      log.error({ err: error, rpc: rpc.template }, 'a request failed');
    const { headers, data } = faultReply(error);
    // False when nobody waits, true otherwise; a connection that is closed by now has nobody waiting either.
    if (!nats.isClosed()) msg.respond(data, { headers });
  };
  return listen(nats, rpc, params, options, (msg, given) => {
    answer(msg, given)
      .catch((error: unknown) => refuse(msg, error))
      .catch((error: unknown) => dropped(rpc.template, 'unanswered', error));
  });
}

function listen<S extends string>(
  nats: NatsConnection,
  address: Address<S>,
  params: Params<S> | 'all',
  options: QueueOptions,
  receive: (msg: Msg, params: Params<S>) => void,
): Subscription {
  const filter = params === 'all' ? address.filter : address.of(params);
  const subscription = nats.subscribe(filter, {
    ...options,
    callback: (error, msg) => {
      if (error !== null) return dropped(address.template, 'refused', error);
      const given = address.parse(msg.subject);
      if (given === undefined) return dropped(address.template, 'malformed subject', undefined);
      receive(msg, given);
    },
  });
  return { close: () => subscription.unsubscribe() };
}

function decoded<T>(codec: Codec<T>, msg: Msg): T | Fault {
  try {
    return codec.decode(msg.data);
  } catch (error) {
    return new Fault('invalid', `a message on ${msg.subject} cannot be decoded`, { cause: error });
  }
}

function dropped(template: string, reason: string, error: unknown): void {
  droppedTotal.inc({ subject: template, reason });
  log.error({ err: error, subject: template, reason }, 'a message is lost');
}
