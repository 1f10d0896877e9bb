// What the handlers are given to work with.

import type { Passwords } from '../accounts/passwords.js';
import type { Tokens } from '../accounts/tokens.js';
import type { Gatherer } from '../admission/gatherer.js';
import type { OpenStreams } from '../admission/streams.js';
import type { Notices } from '../presence/notices.js';
import type { signedClaims } from '../proofs/signed-claims.js';
import type { Store } from '../store/index.js';

export interface Context {
  readonly store: Store;
  readonly gatherer: Gatherer;
  readonly streams: OpenStreams;
  readonly notices: Notices;
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  readonly proveByClaim: ReturnType<typeof signedClaims>;
  /** Called when something was written that must be published. */
  committed(): void;
  /** Called when something that devices prove themselves with was withdrawn. */
  withdrawn(): void;
  /** Called when somebody may do less than before. */
  rightsChanged(): void;
  /** Called when a command was queued. */
  readonly commanded: () => void;
  /** 32 bytes. */
  readonly secret: Buffer;
  /** Normalised e-mail addresses of platform operators. */
  readonly operators: ReadonlySet<string>;
  readonly openSignup: boolean;
}
