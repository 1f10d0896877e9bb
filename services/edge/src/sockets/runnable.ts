// The sockets as a part of the process: listens when everything below is ready, drains before anything below stops.
import { every, type Runnable } from '@mooring/runtime';
import type { Directory } from '../session/directory.js';
import { type DrainPace, drain } from './drain.js';
import { type Gate, PEOPLE } from './gate.js';
import type { Listener } from './listener.js';

export interface SocketsOptions {
  readonly listener: Listener;
  readonly gate: Gate;
  readonly directory: Directory;
  readonly pace: DrainPace;
  viewersShed(): boolean;
}

const SHED_CHECK_MS = 500;
const STOP_MARGIN_MS = 5_000;

export function socketsRunnable(options: SocketsOptions): Runnable {
  const { listener, gate, directory, pace, viewersShed } = options;
  return {
    name: 'sockets',
    stopLimitMs: pace.delayMs + pace.withinMs + STOP_MARGIN_MS,
    run: async ({ signal, ready }) => {
      listener.listen();
      ready();
      await every(SHED_CHECK_MS, () => (viewersShed() ? shedViewers(directory) : undefined), signal);
      const stop = (): void => {
        gate.draining = true;
      };
      await drain({ ...pace, directory, stop, stopListening: () => listener.stopListening() });
      listener.close();
    },
  };
}

function shedViewers(directory: Directory): void {
  for (const session of [...directory.all()])
    if (PEOPLE.has(session.dialect)) session.end('overload', 'shed');
}
