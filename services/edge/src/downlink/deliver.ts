// Takes what is delivered to this node and hands it to the one session that is meant; answers whether it was there.
import { edge, type bus as messages } from '@mooring/proto';
import type { Bus, Runnable } from '@mooring/runtime';
import type { Directory } from '../session/directory.js';

/** Whether the session that the sender means is here and took the delivery. */
function deliver(directory: Directory, delivery: messages.Delivery): boolean {
  const session = directory.find(delivery.connectionId);
  const { content, deviceNumber, epoch } = delivery;
  if (session === undefined || content === undefined) return false;
  switch (content.$case) {
    case 'superseded':
      return session.superseded(deviceNumber, epoch);
    case 'disconnect':
      return session.disconnect(deviceNumber, epoch, content.value.reason);
  }
}

export function deliverRunnable(bus: Bus, node: string, directory: Directory): Runnable {
  return {
    name: 'deliver',
    run: async ({ signal, ready }) => {
      const subscription = bus.respond(edge.deliver, { node }, (delivery) => ({
        delivered: deliver(directory, delivery),
      }));
      ready();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      subscription.close();
    },
  };
}
