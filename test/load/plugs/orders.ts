// What a bench tells a process of plugs, and what it hears back.
import type { StoredSource } from '../measure/stored.js';

export interface PlugsOptions {
  readonly port: number;
  readonly plugs: number;
  /** Number of the first plug; others follow. */
  readonly first: number;
  readonly connectsPerS: number;
  /** A plug whose connection the server ends comes back after a second, as in the field. */
  readonly returns: boolean;
  /** Undefined: these plugs only stay connected. */
  readonly stored?: StoredSource;
}

export type Order =
  | { readonly do: 'connect' }
  /** Keeps at most `inFlight` reports sent and not yet stored. */
  | { readonly do: 'closed_loop'; readonly inFlight: number }
  /** Sends at a fixed rate, whatever happens; latencies count from when a report was due. */
  | { readonly do: 'open_loop'; readonly perS: number }
  | { readonly do: 'pause' }
  | { readonly do: 'read' };

export interface PlugsState {
  readonly sent: number;
  readonly stored: number;
  /** Connections that the server ended. */
  readonly lost: number;
  /** Milliseconds from due to stored since the last order; only of the open loop. */
  readonly latenciesMs: readonly number[];
}

/** The state after an order was carried out, or why it could not be. */
export type Answer = { readonly state: PlugsState } | { readonly failed: string };
