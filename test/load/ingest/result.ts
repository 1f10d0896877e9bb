// What the ingest benchmark keeps of each contestant.
import type { Latency } from './latency.js';
import type { Round } from './round.js';

/** Grows by a round at a time. */
export interface IngestResult {
  readonly name: string;
  readonly rounds: Round[];
  readonly latencies: Latency[];
}
