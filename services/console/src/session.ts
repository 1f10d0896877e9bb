// One watch session: its peer connection from the offer to the end, and the search for a new path when media is lost.
import { Candidates } from './candidates.js';
import type { ProblemCode, WatchProblem } from './domain/problem.js';
import { type Sample, sampleOf, type WatchStats } from './domain/stats.js';
import type { Answer, Candidate, IceServer } from './domain/wire.js';
import { type Environment, nothing, type Peer, type PeerState, within } from './environment.js';

/** The browser's own work: making offers, taking answers, reading statistics. */
const LOCAL_MS = 10_000;
/** The server gives a camera 30 s, and its word is the better one (camera.md 4). */
const ANSWER_MS = 35_000;
/** Of a camera that has answered before. */
const RESTART_ANSWER_MS = 15_000;
const CONNECTED_MS = 20_000;
/** Media that stops for a moment comes back by itself. */
const PATIENCE_MS = 4_000;
const SERVERS_MS = 5_000;

export type SessionPhase = 'negotiating' | 'playing' | 'interrupted';

export interface SessionOptions {
  readonly id: string;
  readonly iceServers: readonly IceServer[];
  readonly iceTransportPolicy: 'all' | 'relay';
  readonly audio: boolean;
}

export interface SessionEvents {
  /** False when the socket is down. */
  send(type: string, payload: object, requestId?: string): boolean;
  phase(): void;
  stream(stream: MediaStream): void;
  /** It cannot be saved. Comes once and last, and not after `end`. */
  failed(problem: WatchProblem): void;
}

export class Session {
  readonly id: string;
  readonly #environment: Environment;
  readonly #events: SessionEvents;
  readonly #peer: Peer;
  readonly #mine: Candidates<object | null>;
  readonly #theirs: Candidates<Candidate | null>;
  #phase: SessionPhase = 'negotiating';
  #ended = false;
  #linked = true;
  #awaitsAnswer = false;
  #answered = false;
  /** The question for fresh servers that a restart waits for. */
  #asked: string | undefined;
  #questions = 0;
  #restartDue = false;
  #refused = 0;
  #serversRefused = 0;
  #sample: Sample | undefined;
  #deadline = nothing;
  #patience = nothing;

  /** Throws what the browser says when it cannot make such a connection. */
  constructor(environment: Environment, options: SessionOptions, events: SessionEvents) {
    this.#environment = environment;
    this.#events = events;
    this.id = options.id;
    this.#mine = new Candidates((candidate) => this.#send('signal_ice', { candidate }));
    this.#theirs = new Candidates((candidate) => void this.#add(candidate));
    this.#peer = environment.peer(options, {
      candidate: (candidate) => this.#mine.take(candidate),
      state: (state) => this.#changed(state),
      stream: (stream) => {
        if (!this.#ended) events.stream(stream);
      },
    });
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  /** Whether an offer has been answered: before, a session that lost its socket is not worth taking up again. */
  get answered(): boolean {
    return this.#answered;
  }

  start(): void {
    void this.#offer(false, ANSWER_MS);
  }

  async answer(answer: Answer): Promise<void> {
    if (this.#ended || !this.#awaitsAnswer) return;
    this.#awaitsAnswer = false;
    this.#until(CONNECTED_MS, 'media_failed', 'no connection');
    try {
      await within(this.#environment, this.#peer.answer(answer), LOCAL_MS);
    } catch (error) {
      return this.#fail('media_failed', textOf(error));
    }
    if (this.#ended) return;
    this.#answered = true;
    this.#theirs.open();
    this.#settle();
  }

  candidate(candidate: Candidate | null): void {
    if (!this.#ended) this.#theirs.take(candidate);
  }

  /** Fresh servers, asked for or not. */
  servers(iceServers: readonly IceServer[], requestId: string | undefined): void {
    if (this.#ended) return;
    try {
      this.#peer.use(iceServers);
    } catch {
      // The browser refuses them as a whole; those that it has may still do.
      this.#serversRefused++;
    }
    this.replied(requestId);
  }

  /** Whether the answer, good or bad, was to a question of this session; the restart then goes on. */
  replied(requestId: string | undefined): boolean {
    if (requestId === undefined || requestId !== this.#asked) return false;
    this.#reoffer();
    return true;
  }

  /** The socket is gone; media goes on. */
  suspend(): void {
    this.#linked = false;
    this.#mine.hold();
    if (this.#phase !== 'interrupted') return;
    this.#deadline();
    this.#asked = undefined;
    this.#awaitsAnswer = false;
    this.#restartDue = true;
  }

  /** The session goes on over a new socket. */
  resume(): void {
    this.#linked = true;
    this.#mine.open();
    const due = this.#restartDue && this.#peer.state !== 'connected';
    this.#restartDue = false;
    if (due) this.#restart();
    else this.#settle();
  }

  async stats(): Promise<WatchStats> {
    const report = await within(this.#environment, this.#peer.stats(), LOCAL_MS);
    this.#sample = sampleOf(report, this.#environment.now(), this.#sample);
    return {
      ...this.#sample,
      candidatesRefused: this.#refused + this.#theirs.lost,
      serversRefused: this.#serversRefused,
    };
  }

  end(): void {
    this.#ended = true;
    this.#deadline();
    this.#patience();
    this.#peer.close();
  }

  #changed(state: PeerState): void {
    if (this.#ended) return;
    this.#patience();
    if (state === 'connected') this.#settle();
    else if (state === 'failed') this.#lost();
    else if (state === 'disconnected')
      this.#patience = this.#environment.after(PATIENCE_MS, () => this.#lost());
  }

  /** Plays when the path stands and nothing about it is being agreed on. */
  #settle(): void {
    if (this.#awaitsAnswer || !this.#answered || this.#peer.state !== 'connected') return;
    this.#deadline();
    this.#asked = undefined;
    this.#restartDue = false;
    this.#enter('playing');
  }

  #lost(): void {
    // The path that is being replaced may fail as it likes.
    const replacing = this.#asked !== undefined || this.#awaitsAnswer || this.#restartDue;
    if (this.#phase === 'playing') this.#restart();
    else if (!replacing) this.#fail('media_failed', 'the connection failed');
  }

  #restart(): void {
    this.#restartDue = !this.#linked;
    if (this.#linked) {
      this.#asked = `ice-${this.id.slice(0, 8)}-${++this.#questions}`;
      this.#deadline();
      this.#deadline = this.#environment.after(SERVERS_MS, () => this.#reoffer());
      this.#send('ice_servers_request', {}, this.#asked);
    }
    this.#enter('interrupted');
  }

  #reoffer(): void {
    this.#asked = undefined;
    void this.#offer(true, RESTART_ANSWER_MS);
  }

  async #offer(restart: boolean, answerMs: number): Promise<void> {
    this.#until(answerMs, 'no_answer', 'the camera does not answer');
    this.#awaitsAnswer = true;
    this.#mine.hold();
    this.#theirs.hold();
    let sdp: object;
    try {
      sdp = await within(this.#environment, this.#peer.offer(restart), LOCAL_MS);
    } catch (error) {
      return this.#fail('media_failed', textOf(error));
    }
    if (this.#ended || !this.#linked) return;
    this.#send('signal_offer', { sdp });
    this.#mine.open();
  }

  async #add(candidate: Candidate | null): Promise<void> {
    try {
      await this.#peer.add(candidate);
    } catch {
      // One of an older path, or of a kind that this browser does not know.
      this.#refused++;
    }
  }

  #send(type: string, payload: object, requestId?: string): void {
    this.#events.send(type, { session_id: this.id, ...payload }, requestId);
  }

  #enter(phase: SessionPhase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#events.phase();
  }

  #until(ms: number, code: ProblemCode, message: string): void {
    this.#deadline();
    this.#deadline = this.#environment.after(ms, () => this.#fail(code, message));
  }

  #fail(code: ProblemCode, message: string): void {
    if (this.#ended) return;
    this.end();
    this.#events.failed({ code, message });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
