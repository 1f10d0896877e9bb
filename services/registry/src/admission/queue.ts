// What waits to be admitted: in order of arrival, bounded, and never two requests for one device in a batch.
import { type Admission, type AdmissionOutcome, deviceKey } from '../domain/admission.js';

/** One request and whom to answer. */
export interface Waiting {
  readonly admission: Admission;
  answer(outcome: AdmissionOutcome): void;
}

export class AdmissionQueue {
  readonly #maxWaiting: number;
  #waiting: Waiting[] = [];

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** False when the queue is full: the request was not taken. */
  push(waiting: Waiting): boolean {
    if (this.#waiting.length >= this.#maxWaiting) return false;
    this.#waiting.push(waiting);
    return true;
  }

  /**
   * Up to `limit` requests, the oldest first. A second request for a device stays, so that the newer one is decided
   * after the older one and wins.
   */
  take(limit: number): readonly Waiting[] {
    const keys = new Set<string>();
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    let index = 0;
    for (; index < this.#waiting.length && taken.length < limit; index++) {
      const waiting = this.#waiting[index];
      if (waiting === undefined) break;
      const key = deviceKey(waiting.admission);
      if (keys.has(key)) {
        left.push(waiting);
        continue;
      }
      keys.add(key);
      taken.push(waiting);
    }
    this.#waiting = left.concat(this.#waiting.slice(index));
    return taken;
  }
}
