// What is known of a camera's conversation.
import type { AdmittedDevice } from '../dialect.js';
import type { Closed, Held } from './arrival.js';
import type { Request } from './replies.js';
import type { Watches } from './watches.js';

/** A presence of which some events are not yet durable; they travel apart, so each has its receipt. */
export interface Unsettled {
  readonly request: Request;
  readonly events: number;
}

export interface Ready {
  readonly phase: 'ready';
  readonly device: AdmittedDevice;
  /** Presences to be acknowledged once durable, by the name of their receipt. */
  readonly pending: ReadonlyMap<string, Unsettled>;
  readonly nextReceipt: number;
  readonly watches: Watches;
}

/** A hello as far as its answer depends on it. */
export interface Greeting {
  readonly request: Request;
  /** The camera keeps its watch sessions while its connection is lost. */
  readonly resumes: boolean;
  /** The sessions that it wants to take up again; undefined when it says nothing of any. */
  readonly sessions: readonly string[] | undefined;
}

export type CameraState =
  | { readonly phase: 'opening'; readonly connectionId: string }
  | {
      readonly phase: 'verifying';
      readonly connectionId: string;
      readonly hello: Greeting;
      readonly held: Held;
      /** Set once admitted, while its sessions are taken up again. */
      readonly admitted?: Ready;
    }
  | Ready
  | Closed;
