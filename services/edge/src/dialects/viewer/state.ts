// What is known of a viewer's conversation.
import type { Closed, Held } from '../camera/arrival.js';
import type { Request } from '../camera/replies.js';
import type { Greeting } from '../camera/state.js';
import type { Watches } from '../camera/watches.js';
import type { Person } from '../watch.js';

export interface Ready {
  readonly phase: 'ready';
  readonly person: Person;
  readonly watches: Watches;
  /** A further hello whose token is being verified. */
  readonly renewing?: Request;
}

export type ViewerState =
  | { readonly phase: 'opening'; readonly connectionId: string }
  | {
      readonly phase: 'verifying';
      readonly connectionId: string;
      readonly hello: Greeting;
      readonly held: Held;
      /** Set once it is known who it is, while sessions are taken up again. */
      readonly known?: Ready;
    }
  | Ready
  | Closed;
