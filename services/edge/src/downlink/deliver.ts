// Takes what is delivered to this node and hands it to the one session that is meant; answers whether it was there.
import { edge, type bus as messages } from '@mooring/proto';
import { type Bus, contextFromTraceparent, inSpan, type Runnable, untilAborted } from '@mooring/runtime';
import { SpanKind } from '@opentelemetry/api';
import type { Delivered } from '../dialects/dialect.js';
import type { Directory } from '../session/directory.js';
import type { LiveSession } from '../session/ports.js';
import { consoleOf } from './console-input.js';
import { type CommandCounted, execute } from './execute.js';
import { pushOf } from './push-input.js';
import { signalOf, startOf } from './watch-input.js';

const GONE: messages.DeliveryReply = { delivered: false };

/** What the session that the sender means did with the delivery, if it is here. */
function deliver(
  directory: Directory,
  delivery: messages.Delivery,
  counted: CommandCounted,
): messages.DeliveryReply {
  const session = directory.find(delivery.connectionId);
  const { content, deviceNumber, epoch } = delivery;
  if (session === undefined || content === undefined) return GONE;
  switch (content.$case) {
    case 'superseded':
      return { delivered: session.superseded(deviceNumber, epoch) };
    case 'disconnect':
      return { delivered: session.disconnect(deviceNumber, epoch, content.value.reason) };
    case 'command':
      return execute(session, delivery, content.value, counted);
    case 'watchStart':
      return hand(session, delivery, startOf(content.value));
    case 'watchSignal':
      return hand(session, delivery, signalOf(content.value));
    case 'consoleSignal':
      return hand(session, delivery, consoleOf(content.value));
    case 'firmwarePush':
      return traced(content.value, session, () => hand(session, delivery, pushOf(content.value)));
  }
}

function hand(
  session: LiveSession,
  { deviceNumber, epoch }: messages.Delivery,
  input: Delivered | undefined,
): messages.DeliveryReply {
  if (input === undefined) return GONE;
  const { accepted, resumes, joined } = session.deliver(deviceNumber, epoch, input);
  return { delivered: accepted, resumes, joined };
}

/** In the trace of what led to the push: who looks for an update finds the device that was told. */
function traced(
  { traceparent, content }: messages.FirmwarePush,
  { dialect }: LiveSession,
  deliver: () => messages.DeliveryReply,
): messages.DeliveryReply {
  if (traceparent === '') return deliver();
  const attributes = { 'mooring.dialect': dialect, 'mooring.push': content?.$case ?? '' };
  const options = { kind: SpanKind.SERVER, parent: contextFromTraceparent(traceparent), attributes };
  return inSpan('deliver push', options, (span) => {
    const reply = deliver();
    span.setAttribute('mooring.delivered', reply.delivered);
    return reply;
  });
}

export function deliverRunnable(
  bus: Bus,
  node: string,
  directory: Directory,
  counted: CommandCounted,
): Runnable {
  return {
    name: 'deliver',
    run: async ({ signal, ready }) => {
      const subscription = bus.respond(edge.deliver, { node }, (delivery) =>
        deliver(directory, delivery, counted),
      );
      ready();
      await untilAborted(signal);
      subscription.close();
    },
  };
}
