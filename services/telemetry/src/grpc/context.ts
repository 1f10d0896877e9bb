// What the RPCs stand on.
import type { Clock, DeadLetters } from '@mooring/runtime';
import type { Retention } from '../domain/level.js';
import type { Database } from '../store/client.js';
import type { Exports } from '../store/export.js';
import type { Pool } from '../store/hot-pool.js';
import type { MetricDictionary } from '../store/metrics.js';

export interface Context {
  readonly pool: Pool;
  readonly database: Database;
  readonly metrics: MetricDictionary;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly exports: Exports;
  readonly deadLetters: DeadLetters;
}
