// The one way from a Bus to the connection behind it, for the files of this folder only.
import type { Bus } from './bus.js';
import { ConnectedBus } from './connected-bus.js';

/** The connection behind a bus. Throws a TypeError for a bus that `connectBus` did not make. */
export function connectionOf(bus: Bus): ConnectedBus {
  if (bus instanceof ConnectedBus) return bus;
  throw new TypeError('this bus was not made by connectBus');
}
