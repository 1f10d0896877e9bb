// What answering a request about watching stands on.
import type { Bus, Clock } from '@mooring/runtime';
import type { Waits } from '../domain/waits.js';
import type { Teller } from '../edges/tell.js';
import type { IceSettings } from '../ice/ice-servers.js';
import type { SessionLimits } from '../store/begin.js';
import type { Pool } from '../store/client.js';
import type { SessionReader } from '../store/sessions.js';
import type { Announce } from './announce.js';
import type { Cameras } from './cameras.js';

export interface WatchingParts {
  readonly bus: Bus;
  readonly pool: Pool;
  readonly sessions: SessionReader;
  readonly cameras: Cameras;
  readonly ice: IceSettings;
  readonly waits: Waits;
  readonly limits: SessionLimits;
  readonly teller: Teller;
  readonly announce: Announce;
  readonly clock: Clock;
}
