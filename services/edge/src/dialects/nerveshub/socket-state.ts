// What is remembered of one NervesHub socket, and the few ways in which a step of it can end.
import type { AdmittedDevice, Effect, Hello, Step } from '../dialect.js';
import type { OpenChannels, Outgoing } from './channels.js';
import { anonymousIdentifier, identifierOfHello } from './identity.js';
import type { ClientMessage } from './message.js';
import { encode, Serializer, serializerFor } from './wire.js';

/** A message that waits for the admission. */
export interface Held {
  readonly message: ClientMessage;
  /** When it came: what it says is of that time. */
  readonly atMs: number;
}

/** Before the first join, while the registry is asked, with a device, and after the edge ended the connection. */
export type Phase<C> =
  | { readonly is: 'waiting' }
  | { readonly is: 'pending'; readonly held: readonly Held[]; readonly heldBytes: number }
  | {
      readonly is: 'admitted';
      readonly device: AdmittedDevice;
      readonly context: C;
      readonly open: OpenChannels;
    }
  /** `was` is what the others still have to hear of. */
  | { readonly is: 'closed'; readonly was: Phase<C> };

export type Pending = Extract<Phase<unknown>, { is: 'pending' }>;
export type Admitted<C> = Extract<Phase<C>, { is: 'admitted' }>;

export interface SocketState<C> {
  readonly serializer: Serializer;
  /** Proven or named by the upgrade request; without it the first join may name one. */
  readonly identifier: string | undefined;
  /** What proved it. */
  readonly credentialId: string | undefined;
  /** The name of a device that never names itself. */
  readonly anonymous: string;
  readonly phase: Phase<C>;
}

export function beginSocket<C>(hello: Hello): SocketState<C> {
  return {
    // An upgrade without a serializer was refused, so the second choice only keeps this total.
    serializer: serializerFor(hello.query) ?? Serializer.v2,
    identifier: hello.proven?.identifier ?? identifierOfHello(hello),
    credentialId: hello.proven?.credentialId,
    anonymous: anonymousIdentifier(hello.connectionId),
    phase: { is: 'waiting' },
  };
}

export function unchanged<C>(state: SocketState<C>): Step<SocketState<C>> {
  return { state, effects: [] };
}

/** Encodes what is said and goes on in `phase`, or ends where what goes out closes the connection. */
export function proceed<C>(
  state: SocketState<C>,
  phase: Phase<C>,
  outgoing: readonly Outgoing[],
): Step<SocketState<C>> {
  const effects = outgoing.map(
    (each): Effect =>
      each.do === 'say' ? { do: 'send', frame: encode(state.serializer, each.message) } : each,
  );
  const isEnd = effects.some((effect) => effect.do === 'close');
  return { state: { ...state, phase: isEnd ? { is: 'closed', was: phase } : phase }, effects };
}
