// What the registry reports of commands: one function per event.
import { counter, type Fault, gauge, histogram, logger } from '@mooring/runtime';

const log = logger('commands');

const steps = counter({
  name: 'mooring_registry_commands_total',
  help: 'Steps that commands took, by type of the command and the state that it came to.',
  labels: ['type', 'state'],
});
const deliveries = counter({
  name: 'mooring_registry_command_deliveries_total',
  help: 'Deliveries of commands to edges, by what became of them.',
  labels: ['outcome'],
});
const dispatchSeconds = histogram({
  name: 'mooring_registry_command_dispatch_seconds',
  help: 'Time from when a command could be sent until its edge had written it.',
  buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
});
const answers = counter({
  name: 'mooring_registry_command_answers_total',
  help: 'Answers of devices to commands, by what they amounted to.',
  labels: ['outcome'],
});
const arrivals = counter({
  name: 'mooring_registry_arrivals_total',
  help: 'Hellos of devices, by outcome.',
  labels: ['outcome'],
});
const cutOffs = counter({
  name: 'mooring_registry_cut_offs_total',
  help: 'Alarms that want a plug switched off, by outcome.',
  labels: ['outcome'],
});

export type DeliveryOutcome =
  | 'written'
  | 'refused'
  | 'busy'
  | 'already'
  | 'gone'
  | 'unknown'
  | 'deleted'
  | 'sealed';
export type AnswerOutcome = 'applied' | 'late' | 'duplicate' | 'unknown' | 'malformed';

export const commandEvents = {
  step(type: string, state: string): void {
    steps.inc({ type, state });
  },
  delivery(outcome: DeliveryOutcome): void {
    deliveries.inc({ outcome });
  },
  dispatched(seconds: number): void {
    dispatchSeconds.observe(seconds);
  },
  /** Its reply did not come, or could not be noted: the same is delivered again. */
  deliveryFailed(fault: Fault): void {
    log.warn({ err: fault }, 'what became of a command is not known yet; it is asked for again');
  },
  sealed(id: string, fault: Fault): void {
    log.error({ err: fault, command: id }, 'a command does not open; it failed');
  },
  answer(outcome: AnswerOutcome): void {
    answers.inc({ outcome });
  },
  arrivals(noted: number, stale: number): void {
    if (noted > 0) arrivals.inc({ outcome: 'noted' }, noted);
    if (stale > 0) arrivals.inc({ outcome: 'stale' }, stale);
  },
  cutOff(outcome: 'queued' | 'repeated' | 'no_plug' | 'malformed'): void {
    cutOffs.inc({ outcome });
  },
  sweepFailed(fault: Fault): void {
    log.warn({ err: fault }, 'commands could not be looked through; they are looked through again');
  },
  queueAge(age: () => Promise<number>): void {
    gauge({
      name: 'mooring_registry_command_queue_age_seconds',
      help: 'How long the oldest command that could be sent has not been.',
      collect: async (metric) => {
        // A scrape must not fail with the database; the last known age stays.
        await age().then(
          (seconds) => metric.set(seconds),
          (error: unknown) => log.debug({ err: error }, 'the age of the command queue is unknown'),
        );
      },
    });
  },
} as const;
