// Takes what is delivered to this node and hands it to the one session that is meant; answers whether it was there.
import { edge, type bus as messages } from '@mooring/proto';
import type { Bus, Runnable } from '@mooring/runtime';
import type { Directory } from '../session/directory.js';
import type { LiveSession } from '../session/ports.js';
import { type CommandCounted, execute } from './execute.js';
import { type DeliveredWatch, signalOf, startOf } from './watch-input.js';

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
      return watch(session, delivery, startOf(content.value));
    case 'watchSignal':
      return watch(session, delivery, signalOf(content.value));
  }
}

function watch(
  session: LiveSession,
  { deviceNumber, epoch }: messages.Delivery,
  input: DeliveredWatch | undefined,
): messages.DeliveryReply {
  if (input === undefined) return GONE;
  const { accepted, resumes } = session.watch(deviceNumber, epoch, input);
  return { delivered: accepted, resumes };
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
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      subscription.close();
    },
  };
}
