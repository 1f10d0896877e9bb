// The vocabulary of watching: sessions between a viewer and a camera, what passes between the two, where the other one is.
import type { JsonObject } from './device.js';
import type { ConnectionEnd, SignalOutcome } from './end.js';

/** The connection at one end of a watch session. Dialects keep the other end's and hand it back; they read `resumes` only. */
export interface WatchEnd extends ConnectionEnd {
  readonly boot: string;
  /** It said that it can come back: its loss is waited out (camera.md 8, 6). */
  readonly resumes: boolean;
}

/** Why a session ended: one set for both directions (camera.md 3). */
export const EndReason = {
  viewerDisconnected: 'viewer_disconnected',
  userEnded: 'user_ended',
  deviceDisconnected: 'device_disconnected',
  timeout: 'timeout',
  error: 'error',
} as const;
export type EndReason = (typeof EndReason)[keyof typeof EndReason];

/** What one end of a session tells the other. */
export type Signal =
  /** As it came; `sdp` is passed on untouched. */
  | { readonly is: 'offer' | 'answer'; readonly sdp: JsonObject }
  /** The members of a `signal_ice` but its session id, untouched. */
  | { readonly is: 'ice'; readonly members: JsonObject }
  | { readonly is: 'ended'; readonly reason: EndReason }
  /** The camera says that it cannot; the session ends with the reason `error`. */
  | { readonly is: 'error'; readonly message: string }
  /** Its connection is gone and may come back. */
  | { readonly is: 'away' }
  /** It is on this connection now. Only signaling says so. */
  | { readonly is: 'back'; readonly end: WatchEnd };

/** How far a session is, as signaling is told. */
export type WatchProgress =
  | { readonly is: 'offered' }
  /** `offeredAtMs` is when the offer that it answers went out; 0 when none did. */
  | { readonly is: 'answered'; readonly offeredAtMs: number }
  | { readonly is: 'ended'; readonly reason: EndReason }
  | { readonly is: 'lost' };

/** A person or an API key, as their token said. */
export type Person = { readonly userId: string } | { readonly apiKeyId: string };

/** STUN without, TURN with credentials. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

export interface IceServers {
  readonly servers: readonly IceServer[];
  /** When the credentials stop opening new allocations; 0 when there are none. */
  readonly expiresAtMs: number;
}

/** A session that a connection has taken up again. */
export interface ResumedWatch {
  readonly sessionId: string;
  /** Absent while the other end is away itself. */
  readonly peer: WatchEnd | undefined;
  readonly offered: boolean;
  readonly answered: boolean;
}

/** What a dialect may ask about watching. */
export type WatchQuestion =
  | {
      readonly kind: 'watch';
      readonly person: Person;
      /** The camera's identifier or public id. */
      readonly device: string;
      readonly resumes: boolean;
    }
  /** A camera leaves `person` out; its other sessions end. */
  | { readonly kind: 'resume'; readonly person?: Person; readonly sessions: readonly string[] }
  | { readonly kind: 'ice_servers'; readonly sessionId: string };

/**
 * A refusal of a `watch` says `not_found` for no such camera, `forbidden` for one that the person may not watch, `conflict`
 * for one that is offline, `exhausted` for too many viewers.
 */
export type WatchAnswer =
  | {
      readonly kind: 'watching';
      readonly sessionId: string;
      readonly peer: WatchEnd;
      readonly ice: IceServers;
      /** Of the request, for what follows to be in its trace; empty when there is none. */
      readonly traceparent: string;
    }
  | { readonly kind: 'resumed'; readonly sessions: readonly ResumedWatch[] }
  | { readonly kind: 'ice_servers'; readonly ice: IceServers }
  | { readonly kind: 'signalled'; readonly outcome: SignalOutcome };

export type WatchEffect =
  /** Answered as `signalled` under `as`. Signals to one end arrive in the order of these effects. */
  | {
      readonly do: 'signal';
      readonly as: string;
      readonly to: WatchEnd;
      readonly sessionId: string;
      readonly signal: Signal;
      readonly traceparent: string;
    }
  /** Lets the peer send this many frames beyond its rate, since it was asked for them. */
  | { readonly do: 'allow'; readonly frames: number };

/** What comes from the other end of a session. */
export interface ArrivingSignal {
  readonly on: 'signal';
  readonly sessionId: string;
  /** Connection that it comes from; empty when it is signaling itself. */
  readonly from: string;
  readonly signal: Signal;
}

/** What reaches a dialect of watching. */
export type WatchInput =
  | ArrivingSignal
  | {
      /** Somebody wants to watch this camera. */
      readonly on: 'start';
      readonly sessionId: string;
      readonly userId: string;
      readonly viewer: WatchEnd;
      readonly ice: IceServers;
      readonly traceparent: string;
    };
