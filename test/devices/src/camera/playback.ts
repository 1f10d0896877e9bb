// Plays a clip in a loop in real time: which frames are due now, however late the timer comes.
import type { Clip } from './ivf.js';
import { Vp8Packetizer } from './rtp.js';

/** A timer that came later than this many frames has missed them: a live camera does not catch up on an hour's sleep. */
const MOST_DUE = 5;

export interface PlaybackOptions {
  readonly clip: Clip;
  /** From the offer. */
  readonly payloadType: number;
  readonly ssrc: number;
  /** Epoch milliseconds at which the first frame is due. */
  readonly startedAtMs: number;
}

/** One viewer's position in the clip. It begins with the clip's first frame, a key frame, so a picture is there at once. */
export class Playback {
  readonly #options: PlaybackOptions;
  readonly #packetizer: Vp8Packetizer;
  /** The next frame, counted from the start of the playback. */
  #next = 0;

  constructor(options: PlaybackOptions) {
    this.#options = options;
    const { payloadType, ssrc, clip } = options;
    this.#packetizer = new Vp8Packetizer({ payloadType, ssrc, framesPerSecond: clip.framesPerSecond });
  }

  /** The packets of the frames that have become due since the last call. After a long pause it goes on with a key frame. */
  due(nowMs: number): Buffer[] {
    const { clip, startedAtMs } = this.#options;
    const newest = Math.floor(((nowMs - startedAtMs) * clip.framesPerSecond) / 1_000);
    if (newest - this.#next >= MOST_DUE) {
      const keyFrame = Math.ceil(newest / clip.frames.length) * clip.frames.length;
      this.#packetizer.skip(keyFrame - this.#next);
      this.#next = keyFrame;
    }
    const packets: Buffer[] = [];
    for (; this.#next <= newest; this.#next++) {
      const frame = clip.frames[this.#next % clip.frames.length] ?? Buffer.alloc(0);
      packets.push(...this.#packetizer.packets(frame));
    }
    return packets;
  }
}
