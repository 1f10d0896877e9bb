// Admissions that failed without an answer from the database: what they may have begun is ended before others are.
import { deadline } from '@mooring/runtime';
import type { Admission } from '../domain/admission.js';
import { events } from '../events.js';
import type { Store } from '../store/index.js';
import type { Unconfirmed } from '../store/sessions.js';

/** As many as can wait; beyond, the oldest are left to the lease of their edge. */
const MAX_DOUBTS = 50_000;

export class Doubts {
  readonly #sessions: Pick<Store['sessions'], 'endUnconfirmed'>;
  #doubts: Unconfirmed[] = [];

  constructor(sessions: Pick<Store['sessions'], 'endUnconfirmed'>) {
    this.#sessions = sessions;
  }

  /** The edge was told that these were refused. */
  add(batch: readonly Admission[]): void {
    const atMs = Date.now();
    const added = batch.map(({ dialect, identifier, connectionId }) => ({
      dialect,
      identifier,
      connectionId,
      atMs,
    }));
    this.#doubts = this.#doubts.concat(added).slice(-MAX_DOUBTS);
  }

  /** Ends sessions that nobody knows of. Throws faults, and keeps the doubts, while the database is away. */
  async settle(limitMs: number): Promise<void> {
    if (this.#doubts.length === 0) return;
    const settled = this.#doubts;
    const ended = await deadline(
      this.#sessions.endUnconfirmed(settled),
      limitMs,
      'ending unconfirmed sessions',
    );
    this.#doubts = [];
    events.sessionsEnded('unconfirmed', ended);
  }
}
