// Peers that send real VP8 video. The native library is loaded only here, and only when somebody asks for it.
import { Fault } from '@mooring/runtime';
import type { Json } from '../json.js';
import { HeldConnections } from './held.js';
import type { MakePeer, Peer, PeerOptions } from './peer.js';
import { shapeOf } from './sdp.js';
import { type Library, type Natives, Transport } from './transport.js';

export interface Video {
  /** The camera's end of a session, with the clip in a loop as its picture. */
  readonly peer: MakePeer;
  /** Lets go of the library's threads, so that the process can end. After every peer is closed, and once. */
  close(): Promise<void>;
}

/** Fault `unavailable` on machines that the library has no build for. */
export async function loadVideo(): Promise<Video> {
  let library: Library;
  try {
    library = await import('node-datachannel');
  } catch (cause) {
    throw new Fault('unavailable', 'there is no WebRTC library for this machine', { cause });
  }
  const natives = { library, held: new HeldConnections() };
  return {
    peer: (options) => new VideoPeer(natives, options),
    close: async () => {
      await natives.held.ended();
      library.cleanup();
    },
  };
}

class VideoPeer implements Peer {
  readonly #natives: Natives;
  readonly #options: PeerOptions;
  #transport: Transport | undefined;
  #isClosed = false;

  constructor(natives: Natives, options: PeerOptions) {
    this.#natives = natives;
    this.#options = options;
  }

  offer(sdp: string): void {
    if (this.#isClosed) return;
    const shape = shapeOf(sdp);
    const { video } = shape;
    if (video === undefined) {
      this.#fail('The offer takes no VP8 video');
      return;
    }
    try {
      // The library does not restart ICE on a connection, so another ufrag means another connection.
      if (this.#transport?.ufrag !== shape.ufrag) {
        this.#transport?.close();
        this.#transport = new Transport(this.#natives, this.#options, { ...shape, video });
      }
      this.#transport.answer(sdp, shape);
    } catch {
      // What the library says may quote the offer, and that is nobody's business.
      this.#fail('The offer cannot be answered');
    }
  }

  candidate(value: Json): void {
    const { candidate, sdpMid } = Object(value) as { candidate?: unknown; sdpMid?: unknown };
    if (this.#isClosed || typeof candidate !== 'string' || candidate === '') return;
    // The platform holds candidates back until the offer has gone out (camera.md 4, rule 3).
    if (this.#transport === undefined) this.#options.events.unusable('a candidate before an offer');
    else this.#transport.candidate(candidate, typeof sdpMid === 'string' ? sdpMid : '');
  }

  close(): void {
    this.#isClosed = true;
    this.#transport?.close();
    this.#transport = undefined;
  }

  #fail(why: string): void {
    this.close();
    this.#options.events.failed(why);
  }
}
