// The types of the module's public interface.
import type { WatchProblem } from './domain/problem.js';
import type { WatchStats } from './domain/stats.js';

/**
 * What watching is at:
 * `connecting` to an edge, `asking` for the camera, `negotiating` a path for media, `playing`, `interrupted` (media is lost
 * and a new path is searched), `waiting` to try again, `stopped` for good.
 */
export type WatchPhase =
  | 'connecting'
  | 'asking'
  | 'negotiating'
  | 'playing'
  | 'interrupted'
  | 'waiting'
  | 'stopped';

export interface WatchState {
  readonly phase: WatchPhase;
  /** Whether the edge can be spoken to; media goes on without for a while. */
  readonly signaling: boolean;
  /** The edge's socket. */
  readonly edgeUrl: string;
  readonly sessionId: string | null;
  /** Why it waits, is interrupted or has stopped; null while nothing is wrong, and after `stop()`. */
  readonly problem: WatchProblem | null;
  /** When the next attempt is made, epoch milliseconds; null when none is planned. */
  readonly retryAtMs: number | null;
}

export interface WatchOptions {
  /** `ws://` or `wss://` addresses of edges, `/ws/viewer` left out; any of them will do, and each is tried in turn. */
  readonly edgeUrls: string | readonly string[];
  /** A bearer token or API key with the scope `watch`; a function is asked before each connection. */
  readonly token: string | (() => string);
  /** The camera's own name, or its id. */
  readonly device: string;
  /** Shows the picture: its `srcObject` is set. Whether it is muted and plays by itself is the page's business. */
  readonly video?: HTMLVideoElement;
  /** `relay` for TURN alone; `all` when absent. */
  readonly iceTransportPolicy?: 'all' | 'relay';
  /** Whether sound is asked for; true when absent. */
  readonly audio?: boolean;
  /** Called with each new state, after the change and never from within a call to this module. */
  readonly onState?: (state: WatchState) => void;
  /** Called with the media of each session, for pages without a `video` here. */
  readonly onStream?: (stream: MediaStream) => void;
}

export interface Watching {
  readonly state: WatchState;
  /** What is seen now; rates are over the time since the call before. Undefined without a session. Rejects after 10 s. */
  stats(): Promise<WatchStats | undefined>;
  /** Ends the session and closes the socket; for good. */
  stop(): void;
}
