// Watches one camera until told to stop: asks for sessions over the link, one after the other, and says what it is at.
import { backoffMs } from './domain/backoff.js';
import type { WatchProblem } from './domain/problem.js';
import type { WatchStats } from './domain/stats.js';
import { afterEnd, afterFailure, afterRefusal, endsSession, type Verdict } from './domain/verdict.js';
import type { IceServer, ServerMessage } from './domain/wire.js';
import { type Cancel, type Environment, nothing } from './environment.js';
import { Link } from './link.js';
import { Session } from './session.js';
import type { Watching, WatchPhase, WatchState } from './watching.js';

/** The edge gives its own question 10 s, and asks a moved camera a second time. */
const READY_MS = 15_000;
/** A picture that lasted this long makes the next failure a first one. */
const STABLE_MS = 10_000;

export interface WatcherOptions {
  /** Addresses of viewers' sockets. */
  readonly urls: readonly string[];
  readonly token: () => string;
  readonly device: string;
  readonly iceTransportPolicy: 'all' | 'relay';
  readonly audio: boolean;
  readonly onState: (state: WatchState) => void;
  readonly onStream: (stream: MediaStream) => void;
}

export class Watcher implements Watching {
  readonly #environment: Environment;
  readonly #options: WatcherOptions;
  readonly #link: Link;
  readonly #unlisten: Cancel;
  #session: Session | undefined;
  /** The request for a session that is being answered. */
  #request: { readonly id: string; readonly cancel: Cancel } | undefined;
  #requests = 0;
  /** The next request, when one has failed. */
  #retry: { readonly atMs: number; readonly cancel: Cancel } | undefined;
  /** Why there is no socket, and when the next one is made. */
  #broken: { readonly problem: WatchProblem; readonly retryAtMs: number } | undefined;
  #attempt = 0;
  #stable = nothing;
  #problem: WatchProblem | undefined;
  #stopped = false;
  #told = '';

  constructor(environment: Environment, options: WatcherOptions) {
    this.#environment = environment;
    this.#options = options;
    const { urls, token } = options;
    const sessions = () => (this.#session?.answered ? [this.#session.id] : []);
    this.#link = new Link(
      environment,
      { urls, token, sessions },
      {
        up: (resumed) => this.#up(resumed),
        message: (message) => this.#hear(message),
        down: (problem, retryAtMs) => this.#down(problem, retryAtMs),
        over: (problem) => this.#finish(problem),
      },
    );
    this.#unlisten = environment.online(() => this.#link.nudge());
    this.#link.dial();
    this.#tell();
  }

  get state(): WatchState {
    return {
      phase: this.#phase(),
      signaling: this.#link.isUp,
      edgeUrl: this.#link.url,
      sessionId: this.#session?.id ?? null,
      problem: this.#broken?.problem ?? this.#problem ?? null,
      retryAtMs: this.#stopped ? null : (this.#retry?.atMs ?? this.#broken?.retryAtMs ?? null),
    };
  }

  async stats(): Promise<WatchStats | undefined> {
    return this.#session?.stats();
  }

  stop(): void {
    if (this.#stopped) return;
    if (this.#session !== undefined) this.#endWatch(this.#session.id);
    this.#finish(undefined);
  }

  #phase(): WatchPhase {
    if (this.#stopped) return 'stopped';
    if (this.#session !== undefined) return this.#session.phase;
    if (this.#request !== undefined) return 'asking';
    return this.#retry === undefined && this.#broken === undefined ? 'connecting' : 'waiting';
  }

  #up(resumed: readonly string[]): void {
    this.#broken = undefined;
    const session = this.#session;
    if (session?.answered && resumed.includes(session.id)) {
      session.resume();
    } else if (session !== undefined || this.#retry === undefined) {
      if (session !== undefined && resumed.includes(session.id)) this.#endWatch(session.id);
      this.#drop();
      this.#ask();
    }
    this.#tell();
  }

  #down(problem: WatchProblem, retryAtMs: number): void {
    this.#broken = { problem, retryAtMs };
    this.#request?.cancel();
    this.#request = undefined;
    this.#session?.suspend();
    this.#tell();
  }

  #hear(message: ServerMessage): void {
    const session = this.#session;
    if (message.type === 'watch_ready') this.#ready(message);
    else if (message.type === 'error') this.#refused(message);
    else if (!('sessionId' in message) || session?.id !== message.sessionId) return;
    else if (message.type === 'signal_answer') void session.answer(message.answer);
    else if (message.type === 'signal_ice') session.candidate(message.candidate);
    else if (message.type === 'ice_servers') session.servers(message.iceServers, message.requestId);
    else this.#follow(afterEnd(message.reason));
  }

  #ask(): void {
    const id = `watch-${++this.#requests}`;
    const cancel = this.#environment.after(READY_MS, () => this.#unanswered());
    if (this.#link.send('watch_request', { device_id: this.#options.device }, id))
      this.#request = { id, cancel };
    // Else the link asks when it is up.
    else cancel();
    this.#tell();
  }

  #unanswered(): void {
    const problem: WatchProblem = { code: 'unreachable', message: 'a request was not answered' };
    this.#follow({ pace: 'usual', problem });
  }

  #ready(
    message: ServerMessage & { readonly sessionId: string; readonly iceServers: readonly IceServer[] },
  ): void {
    if (message.requestId === undefined || message.requestId !== this.#request?.id) {
      // The answer to a request that was given up.
      this.#endWatch(message.sessionId);
      return;
    }
    const { iceTransportPolicy, audio, onStream } = this.#options;
    const { sessionId: id, iceServers } = message;
    this.#request.cancel();
    this.#request = undefined;
    try {
      this.#session = new Session(
        this.#environment,
        { id, iceServers, iceTransportPolicy, audio },
        {
          send: (type, payload, requestId) => this.#link.send(type, payload, requestId),
          phase: () => this.#changed(),
          stream: onStream,
          failed: (problem) => this.#failed(id, problem),
        },
      );
    } catch (error) {
      this.#failed(id, { code: 'media_failed', message: String(error) });
    }
    this.#session?.start();
    this.#tell();
  }

  #refused(message: ServerMessage & { readonly type: 'error' }): void {
    const { requestId, sessionId, problem } = message;
    if (requestId !== undefined && requestId === this.#request?.id) this.#follow(afterRefusal(problem));
    else if (this.#session === undefined || this.#session.replied(requestId)) return;
    else if (sessionId === this.#session.id && endsSession(problem)) this.#follow(afterFailure(problem));
  }

  #changed(): void {
    const phase = this.#session?.phase;
    this.#stable();
    if (phase === 'playing') {
      this.#problem = undefined;
      this.#stable = this.#environment.after(STABLE_MS, () => {
        this.#attempt = 0;
      });
    } else if (phase === 'interrupted') {
      this.#problem ??= { code: 'media_failed', message: 'the connection was lost' };
      // Whatever took the media may have taken the socket.
      this.#link.nudge();
    }
    this.#tell();
  }

  #failed(sessionId: string, problem: WatchProblem): void {
    this.#endWatch(sessionId);
    this.#follow({ pace: 'usual', problem });
  }

  #follow(verdict: Verdict): void {
    this.#drop();
    const { pace, problem } = verdict;
    if (pace === 'never') {
      this.#finish(problem);
      return;
    }
    const inMs = backoffMs(pace, this.#attempt++, this.#environment.random());
    const cancel = this.#environment.after(inMs, () => {
      this.#retry = undefined;
      this.#ask();
    });
    this.#problem = problem;
    this.#retry = { atMs: this.#environment.now() + inMs, cancel };
    this.#tell();
  }

  #endWatch(sessionId: string): void {
    this.#link.send('end_watch', { session_id: sessionId });
  }

  /** Forgets session, request and retry. */
  #drop(): void {
    this.#stable();
    this.#session?.end();
    this.#request?.cancel();
    this.#retry?.cancel();
    this.#session = undefined;
    this.#request = undefined;
    this.#retry = undefined;
  }

  #finish(problem: WatchProblem | undefined): void {
    this.#stopped = true;
    this.#broken = undefined;
    this.#drop();
    this.#problem = problem;
    this.#unlisten();
    this.#link.stop();
    this.#tell();
  }

  #tell(): void {
    const state = this.state;
    const told = JSON.stringify(state);
    if (told === this.#told) return;
    this.#told = told;
    queueMicrotask(() => this.#options.onState(state));
  }
}
