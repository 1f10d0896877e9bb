// What watching needs of a browser, as small as it can be, so that tests bring their own.
import type { StatsEntry } from './domain/stats.js';
import type { Answer, Candidate, IceServer } from './domain/wire.js';

/** Ends a wait; without effect when it is over. */
export type Cancel = () => void;

/** Told of one socket, never while it is being made. `closed` comes once and last. */
export interface SocketEvents {
  opened(): void;
  text(data: string): void;
  closed(code: number, reason: string): void;
}

export interface Socket {
  /** Drops the text when the socket is not open. */
  send(text: string): void;
  /** Closes it with code 1000; whoever calls wants to hear no more of it. */
  close(): void;
}

/** The states of an RTCPeerConnection that matter. */
export type PeerState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

export interface PeerEvents {
  /** A candidate of this side, null after the last one. */
  candidate(candidate: object | null): void;
  state(state: PeerState): void;
  /** What the camera sends, each time a track is added to it. */
  stream(stream: MediaStream): void;
}

export interface PeerOptions {
  readonly iceServers: readonly IceServer[];
  readonly iceTransportPolicy: 'all' | 'relay';
  readonly audio: boolean;
}

/** A connection that only receives. Its promises reject with what the browser says. */
export interface Peer {
  readonly state: PeerState;
  /** Makes an offer and begins to gather candidates; with `restart` for a new path (RFC 8445 9). */
  offer(restart: boolean): Promise<object>;
  answer(answer: Answer): Promise<void>;
  add(candidate: Candidate | null): Promise<void>;
  /** Servers for what is gathered from now on. */
  use(iceServers: readonly IceServer[]): void;
  stats(): Promise<readonly StatsEntry[]>;
  close(): void;
}

export interface Environment {
  socket(url: string, events: SocketEvents): Socket;
  peer(options: PeerOptions, events: PeerEvents): Peer;
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  after(ms: number, action: () => void): Cancel;
  /** Calls when the machine has a network again. */
  online(action: () => void): Cancel;
}

/** Ends no wait. */
export const nothing: Cancel = () => undefined;

/** The result of `promise`, or a rejection when it takes longer than `ms`. */
export function within<T>(environment: Environment, promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = environment.after(ms, () => reject(new Error('the browser took too long')));
    promise.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
