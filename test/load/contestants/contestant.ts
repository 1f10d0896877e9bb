// What the ingest benchmark asks of each contestant.
import type { Measured } from '../measure/cpu.js';
import type { StoredSource } from '../measure/stored.js';

export interface Contestant {
  readonly name: string;
  /** Where plugs connect. */
  readonly port: number;
  readonly stored: StoredSource;
  /** All its processes, with databases and bus. */
  processes(): readonly Measured[];
  /** Resolves when that many plugs may report. Fault `deadline`. */
  admitted(plugs: number): Promise<void>;
  /** Readings in its database. */
  rows(): Promise<number>;
  /** Resolves when what follows from stored readings is done too. Fault `deadline`. */
  followedUp(): Promise<void>;
  /** Has Postgres write out what earlier rounds left, so that none pays for another. */
  checkpoint(): Promise<void>;
  stop(): Promise<void>;
}
