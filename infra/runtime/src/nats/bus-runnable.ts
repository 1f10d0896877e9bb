// Gives a bus its place in the order in which a process starts and stops.
import { untilAborted } from '../clock.js';
import { Fault } from '../fault.js';
import type { Runnable } from '../run.js';
import type { Bus } from './bus.js';
import { connectionOf } from './connection-of.js';

/** Ready at once; drains and closes the bus at stop. Ends the process when the connection is closed for good before. */
export function busRunnable(bus: Bus): Runnable {
  return {
    name: 'bus',
    async run({ signal, ready }) {
      ready();
      const { nats } = connectionOf(bus);
      await Promise.race([untilAborted(signal), nats.closed()]);
      if (!signal.aborted) throw new Fault('unavailable', 'the connection to NATS was closed for good');
      await bus.close();
    },
  };
}
