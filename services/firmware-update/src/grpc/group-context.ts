// What the RPCs about deployment groups and the updates of devices stand on.
import type { Clock } from '@mooring/runtime';
import type { FleetChanges } from '../rollouts/changes.js';
import type { Database, Pool } from '../store/client.js';

export interface GroupContext {
  readonly database: Database;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly changes: FleetChanges;
  /** Has rollouts looked at soon: of that group, and what waits to be published. */
  readonly poke: (groupId: string) => void;
}
