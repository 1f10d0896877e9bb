// A camera's watch sessions: which viewers it has, and what each message from the platform means for them.
import { isList, isObject, type Json, type JsonObject } from '../json.js';
import type { CameraMessage } from './envelope.js';
import type { MakePeer, Peer } from './peer.js';

export interface SessionsOptions {
  /** Without one, nobody is answered. */
  readonly peer?: MakePeer;
  /** Viewers at once; more are turned away. */
  readonly maxPeers: number;
  /** Writes to the open socket; false when there is none. */
  readonly send: (type: string, payload: JsonObject) => boolean;
  readonly note: (what: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** What a camera did not do for its viewers. */
export interface SessionCounts {
  /** Signals of sessions that it does not have: late ones, or such as came before their watch_request. */
  stray: number;
  /** Answers and candidates that found no open socket. */
  unsent: number;
  /** Viewers turned away because there were too many. */
  refused: number;
}

/** camera.md 3, rows 7 and 9 to 13, on the device's side. */
export class CameraSessions {
  readonly counts: SessionCounts = { stray: 0, unsent: 0, refused: 0 };
  readonly #options: SessionsOptions;
  readonly #peers = new Map<string, Peer>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Sessions that are open now. */
  get ids(): readonly string[] {
    return [...this.#peers.keys()];
  }

  /** Messages that are no session's business are left alone. */
  take({ type, payload }: CameraMessage): void {
    const id = payload['session_id'];
    if (typeof id !== 'string' || this.#options.peer === undefined) return;
    if (type === 'watch_request') this.#begin(id, payload['ice_servers'] ?? [], this.#options.peer);
    else if (type === 'watch_ended') this.close([id]);
    else if (type === 'signal_offer') this.#offer(id, payload['sdp']);
    else if (type === 'signal_ice') this.#with(id, (peer) => peer.candidate(payload['candidate'] ?? null));
  }

  /** Keeps these sessions only: what hello_ack calls `resumed`. */
  keep(value: Json | undefined): void {
    const kept = isList(value) ? value : [];
    this.close(this.ids.filter((id) => !kept.includes(id)));
  }

  close(ids: readonly string[] = this.ids): void {
    for (const id of ids) {
      this.#peers.get(id)?.close();
      this.#peers.delete(id);
    }
  }

  #begin(id: string, iceServers: Json, makePeer: MakePeer): void {
    this.close([id]);
    if (this.#peers.size >= this.#options.maxPeers) {
      this.counts.refused += 1;
      this.#say('error', id, { message: 'Too many viewers' });
      return;
    }
    const events = {
      answer: (sdp: string) => this.#say('signal_answer', id, { sdp: { type: 'answer', sdp } }),
      candidate: (candidate: JsonObject | null) => this.#say('signal_ice', id, { candidate }),
      failed: (message: string) => {
        this.close([id]);
        this.#say('error', id, { message });
      },
      unusable: (what: string) => this.#options.note('camera peer', { session: id, what }),
    };
    this.#peers.set(id, makePeer({ iceServers, events }));
  }

  #offer(id: string, sdp: Json | undefined): void {
    const text = isObject(sdp) ? sdp['sdp'] : undefined;
    this.#with(id, (peer) => peer.offer(typeof text === 'string' ? text : ''));
  }

  #with(id: string, act: (peer: Peer) => void): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) this.counts.stray += 1;
    else act(peer);
  }

  #say(type: string, id: string, payload: JsonObject): void {
    if (!this.#options.send(type, { session_id: id, ...payload })) this.counts.unsent += 1;
  }
}
