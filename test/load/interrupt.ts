// Ctrl-C: the running benchmark is given up, and what it started is stopped.
import { Fault } from '@mooring/runtime';

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => reject(new Fault('unavailable', `ended by ${signal}`)));
});
// Nobody may be waiting when it comes; whoever asks later is told then.
interrupted.catch(() => undefined);

/** The result of the work; a Fault as soon as the bench is told to end. The work itself is not stopped. */
export function interruptible<T>(work: Promise<T>): Promise<T> {
  return Promise.race([work, interrupted]);
}
