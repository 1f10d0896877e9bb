// One connection of the WebRTC library: what it agrees with a viewer, and the video that goes out over it.
import { randomInt } from 'node:crypto';
import { asFault, every } from '@mooring/runtime';
import type { PeerConnection, Track } from 'node-datachannel';
import type { JsonObject } from '../json.js';
import { demoClip } from './clip.js';
import type { HeldConnections } from './held.js';
import { iceServersOf } from './ice-servers.js';
import type { PeerOptions } from './peer.js';
import { Playback } from './playback.js';
import type { OfferShape, VideoSlot } from './sdp.js';

export type Library = typeof import('node-datachannel');

/** The library, and what is alive of it. */
export interface Natives {
  readonly library: Library;
  readonly held: HeldConnections;
}

/** An offer that takes video. */
export interface AnswerableShape extends OfferShape {
  readonly video: VideoSlot;
}

const MSID = 'mooring-camera';

/** One connection of the library, from an offer to its end or to an ICE restart. */
export class Transport {
  readonly ufrag: string;
  readonly #held: HeldConnections;
  readonly #connection: PeerConnection;
  readonly #track: Track;
  readonly #events: PeerOptions['events'];
  readonly #ended = new AbortController();
  readonly #gathered: (JsonObject | null)[] = [];
  #mids: readonly string[];
  #isAnswered = false;

  /** Throws what the library throws. */
  constructor({ library, held }: Natives, { iceServers, events }: PeerOptions, shape: AnswerableShape) {
    const { video } = shape;
    this.#held = held;
    this.ufrag = shape.ufrag;
    this.#mids = shape.mids;
    this.#events = events;
    this.#connection = new library.PeerConnection('camera', {
      iceServers: iceServersOf(iceServers),
      disableAutoNegotiation: true,
    });
    this.#listen();
    const ssrc = randomInt(1, 2 ** 32);
    const media = new library.Video(video.mid, 'SendOnly');
    media.addVP8Codec(video.payloadType);
    media.addSSRC(ssrc, MSID, MSID, `${MSID}-video`);
    this.#track = this.#connection.addTrack(media);
    held.hold({ connection: this.#connection, track: this.#track });
    this.#track.onOpen(() => this.#play(video.payloadType, ssrc));
  }

  answer(sdp: string, { mids }: OfferShape): void {
    this.#mids = mids;
    this.#connection.setRemoteDescription(sdp, 'offer');
    this.#connection.setLocalDescription('answer');
  }

  candidate(candidate: string, mid: string): void {
    try {
      this.#connection.addRemoteCandidate(candidate, mid);
    } catch {
      this.#events.unusable('a candidate that cannot be read');
    }
  }

  close(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#held.close({ connection: this.#connection, track: this.#track });
  }

  #listen(): void {
    const whileOpen = (act: () => void): void => {
      if (!this.#ended.signal.aborted) act();
    };
    this.#connection.onLocalDescription((sdp, type) =>
      whileOpen(() => {
        if (type !== 'answer') return;
        this.#events.answer(sdp);
        this.#isAnswered = true;
        for (const candidate of this.#gathered.splice(0)) this.#events.candidate(candidate);
      }),
    );
    this.#connection.onLocalCandidate((line, mid) =>
      whileOpen(() => {
        const candidate = line.replace(/^a=/, '');
        this.#say({ candidate, sdpMid: mid, sdpMLineIndex: Math.max(0, this.#mids.indexOf(mid)) });
      }),
    );
    this.#connection.onGatheringStateChange((state) => {
      // Each kind of call has a queue of its own: those that are waiting now come before the next turn.
      if (state === 'complete') setImmediate(() => whileOpen(() => this.#say(null)));
    });
    // The session stays: its viewer may restart ICE, or end it.
    this.#connection.onStateChange((state) => whileOpen(() => state === 'failed' && this.close()));
  }

  /** Candidates wait for the answer, which may be told after them. */
  #say(candidate: JsonObject | null): void {
    if (this.#isAnswered) this.#events.candidate(candidate);
    else this.#gathered.push(candidate);
  }

  #play(payloadType: number, ssrc: number): void {
    const { signal } = this.#ended;
    if (signal.aborted) return;
    const clip = demoClip();
    const playback = new Playback({ clip, payloadType, ssrc, startedAtMs: Date.now() });
    const send = (): void => {
      for (const packet of playback.due(Date.now()))
        if (this.#track.isOpen()) this.#track.sendMessageBinary(packet);
    };
    // A track may close between the question and the packet; the connection has ended then.
    every(1_000 / clip.framesPerSecond, send, signal).catch((error: unknown) => {
      this.#events.unusable(asFault(error).message);
      this.close();
    });
  }
}
