// A browser for tests: sockets and peer connections that do what a test says, and time that passes when it says so.
import type { Answer, Candidate, IceServer } from './domain/wire.js';
import type {
  Environment,
  Peer,
  PeerEvents,
  PeerOptions,
  PeerState,
  Socket,
  SocketEvents,
} from './environment.js';

export interface Said {
  readonly type: string;
  readonly request_id?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export class FakeSocket implements Socket {
  readonly url: string;
  readonly events: SocketEvents;
  readonly said: Said[] = [];
  closed = false;

  constructor(url: string, events: SocketEvents) {
    this.url = url;
    this.events = events;
  }

  send(text: string): void {
    if (!this.closed) this.said.push(JSON.parse(text) as Said);
  }

  close(): void {
    this.closed = true;
  }

  says(type: string, payload: object = {}, requestId?: string): void {
    this.events.text(
      JSON.stringify({ type, ...(requestId === undefined ? {} : { request_id: requestId }), payload }),
    );
  }

  types(): readonly string[] {
    return this.said.map(({ type }) => type);
  }

  last(type: string): Said | undefined {
    return this.said.findLast((each) => each.type === type);
  }
}

export class FakePeer implements Peer {
  readonly options: PeerOptions;
  readonly events: PeerEvents;
  state: PeerState = 'new';
  offers: boolean[] = [];
  answers: Answer[] = [];
  added: (Candidate | null)[] = [];
  used: (readonly IceServer[])[] = [];
  closed = false;
  /** Makes whatever is asked next fail. */
  broken = false;
  refusesServers = false;
  /** Makes what is asked next never end. */
  hangs = false;

  constructor(options: PeerOptions, events: PeerEvents) {
    this.options = options;
    this.events = events;
  }

  async offer(restart: boolean): Promise<object> {
    await this.#does();
    this.offers.push(restart);
    return { type: 'offer', sdp: `v=0 ${this.offers.length}` };
  }

  async answer(answer: Answer): Promise<void> {
    await this.#does();
    this.answers.push(answer);
  }

  async add(candidate: Candidate | null): Promise<void> {
    await this.#does();
    this.added.push(candidate);
  }

  use(iceServers: readonly IceServer[]): void {
    if (this.refusesServers) throw new Error('bad servers');
    this.used.push(iceServers);
  }

  async stats() {
    return [{ type: 'inbound-rtp', kind: 'video', framesDecoded: 21, bytesReceived: 1000 }];
  }

  close(): void {
    this.closed = true;
  }

  becomes(state: PeerState): void {
    this.state = state;
    this.events.state(state);
  }

  #does(): Promise<void> {
    if (this.hangs) return new Promise(() => undefined);
    return this.broken ? Promise.reject(new Error('the browser refuses')) : Promise.resolve();
  }
}

export class FakeEnvironment implements Environment {
  readonly sockets: FakeSocket[] = [];
  readonly peers: FakePeer[] = [];
  randomness = 0.5;
  /** Called when a peer connection is made. */
  onPeer: (peer: FakePeer) => void = () => undefined;
  #nowMs = 1_700_000_000_000;
  #timers: { readonly atMs: number; readonly action: () => void }[] = [];
  readonly #online = new Set<() => void>();

  socket(url: string, events: SocketEvents): FakeSocket {
    const socket = new FakeSocket(url, events);
    this.sockets.push(socket);
    return socket;
  }

  peer(options: PeerOptions, events: PeerEvents): FakePeer {
    const peer = new FakePeer(options, events);
    this.onPeer(peer);
    this.peers.push(peer);
    return peer;
  }

  now(): number {
    return this.#nowMs;
  }

  random(): number {
    return this.randomness;
  }

  after(ms: number, action: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  online(action: () => void): () => void {
    this.#online.add(action);
    return () => this.#online.delete(action);
  }

  /** The machine has a network again. */
  connects(): void {
    for (const action of this.#online) action();
  }

  /** How many waits there are. */
  get waits(): number {
    return this.#timers.length + this.#online.size;
  }

  /** Lets time pass, each wait ending at its moment. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settled();
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#nowMs = due.atMs;
      due.action();
      await settled();
    }
    this.#nowMs = endMs;
  }

  get lastSocket(): FakeSocket {
    return lastOf(this.sockets);
  }

  get lastPeer(): FakePeer {
    return lastOf(this.peers);
  }
}

/** After everything that needs no time has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

function lastOf<T>(list: readonly T[]): T {
  const last = list.at(-1);
  if (last === undefined) throw new Error('there is none yet');
  return last;
}
