// What the RPCs about alarms and webhooks stand on.
import type { Clock } from '@mooring/runtime';
import type { Engine } from '../alarms/engine.js';
import type { Pool } from '../store/hot-pool.js';

export interface AlarmContext {
  readonly pool: Pool;
  readonly clock: Clock;
  /** Seals the secrets of webhooks. */
  readonly masterKey: Buffer;
  readonly engine: Pick<Engine, 'changed' | 'ruleChanged' | 'deliver'>;
}
