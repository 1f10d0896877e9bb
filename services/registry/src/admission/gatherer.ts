// Gathers admissions of all streams for a moment and has them decided together: one batch at a time, in order.
import { asFault, deadline, inSpan, Latch, linksTo, type Runnable, sleep } from '@mooring/runtime';
import type { Admission, AdmissionOutcome, Refusal } from '../domain/admission.js';
import type { Session } from '../domain/session.js';
import { events } from '../events.js';
import type { Verdict } from '../store/admission.js';
import type { Store } from '../store/index.js';
import { decide } from './decide.js';
import { Doubts } from './doubts.js';
import { AdmissionQueue, type Waiting } from './queue.js';

/** How long the first request of a batch waits for others. */
const GATHER_MS = 3;
/** Beyond this a larger batch costs as much per device, and those at its head wait longer. */
const MAX_BATCH = 500;
/** About three storms of everything that one edge process can hold. */
const MAX_WAITING = 50_000;
/** The statement itself is given four seconds; see app.ts. */
const DECIDE_LIMIT_MS = 5_000;

const STOPPING: Refusal = { code: 'unavailable', message: 'the registry is stopping' };

/** Parts of the service that an admission concerns besides the store. */
export interface AdmissionPorts {
  readonly store: Pick<Store, 'admission' | 'sessions'>;
  /** Called for each session that a newer one has replaced; must not block. */
  superseded(session: Session): void;
  /** Called when something was written that must be published. */
  committed(): void;
}

export class Gatherer implements Runnable {
  readonly name = 'admissions';
  readonly #ports: AdmissionPorts;
  readonly #queue = new AdmissionQueue(MAX_WAITING);
  readonly #doubts: Doubts;
  readonly #latch = new Latch();
  #closed = false;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
    this.#doubts = new Doubts(ports.store.sessions);
    events.admissionQueue(() => this.#queue.size);
  }

  /** `answer` is called exactly once, possibly before this returns. */
  submit(waiting: Waiting): void {
    if (this.#closed) refuse(waiting, STOPPING);
    else if (this.#queue.push(waiting)) this.#latch.announce();
    else refuse(waiting, { code: 'exhausted', message: 'too many devices are waiting to be admitted' });
  }

  async run({ signal, ready }: Parameters<Runnable['run']>[0]): Promise<void> {
    ready();
    while (!signal.aborted) {
      await this.#latch.next(signal);
      if (this.#queue.size < MAX_BATCH) await sleep(GATHER_MS, signal);
      while (this.#queue.size > 0 && !signal.aborted) await this.#decideSome();
    }
    this.#closed = true;
    for (const waiting of this.#queue.take(MAX_WAITING)) {
      refuse(waiting, STOPPING);
    }
  }

  async #decideSome(): Promise<void> {
    const batch = this.#queue.take(MAX_BATCH);
    const startMs = performance.now();
    const verdicts = await this.#decide(batch.map(({ admission }) => admission));
    events.admissionBatch(batch.length, (performance.now() - startMs) / 1000);
    for (const [index, waiting] of batch.entries()) this.#settle(waiting, verdicts[index]);
  }

  async #decide(batch: readonly Admission[]): Promise<readonly Verdict[]> {
    try {
      await this.#doubts.settle(DECIDE_LIMIT_MS);
      const links = linksTo(batch.map(({ traceparent }) => traceparent));
      const attributes = { 'mooring.batch.size': batch.length };
      const deciding = inSpan('admit devices', { links, attributes }, () =>
        decide(this.#ports.store.admission, batch),
      );
      const verdicts = await deadline(deciding, DECIDE_LIMIT_MS, 'admitting devices');
      this.#ports.committed();
      return verdicts;
    } catch (error) {
      // The statement may have been committed although nobody heard of it.
      this.#doubts.add(batch);
      events.admissionFailed(asFault(error));
      return [];
    }
  }

  #settle(waiting: Waiting, verdict: Verdict | undefined): void {
    if (verdict?.kind === 'admitted') {
      answer(waiting, { admitted: verdict.admitted });
      if (verdict.superseded !== undefined) this.#ports.superseded(verdict.superseded);
    } else if (verdict?.kind === 'refused') {
      refuse(waiting, verdict.refusal);
    } else {
      refuse(waiting, { code: 'unavailable', message: 'the database does not answer' });
    }
  }
}

function refuse(waiting: Waiting, refused: Refusal): void {
  answer(waiting, { refused });
}

function answer(waiting: Waiting, outcome: AdmissionOutcome): void {
  events.admission(waiting.admission.dialect, 'admitted' in outcome ? 'admitted' : outcome.refused.code);
  waiting.answer(outcome);
}
