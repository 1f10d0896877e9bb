// Runs schedules when they are due: any number of replicas look, each run happens once.
import { asFault, type Clock, every, type Runnable } from '@mooring/runtime';
import { events } from '../events.js';
import type { Store } from '../store/index.js';
import type { SwitchDevice } from '../store/schedules.js';

const LOOK_MS = 500;

/** What the runner works with. */
export interface ScheduleRunnerParts {
  readonly schedules: Pick<Store['schedules'], 'runDue'>;
  readonly switchDevice: SwitchDevice;
  readonly clock: Clock;
  /** Called when commands were queued. */
  commanded(): void;
}

export function scheduleRunner({ schedules, switchDevice, clock, commanded }: ScheduleRunnerParts): Runnable {
  const runAll = async (signal: AbortSignal): Promise<void> => {
    try {
      while (!signal.aborted && (await schedules.runDue(clock.now(), switchDevice))) {
        events.scheduleRun();
        commanded();
      }
    } catch (error) {
      // What is due stays due; the next look finds it.
      events.schedulesFailed(asFault(error));
    }
  };
  return {
    name: 'schedules',
    async run({ signal, ready }) {
      ready();
      await every(LOOK_MS, () => runAll(signal), signal);
    },
  };
}
