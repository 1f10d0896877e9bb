// Cuts VP8 frames into RTP packets, camera.md 10.2 (RFC 7741 with a 15-bit picture id).

export interface RtpStream {
  /** From the offer. */
  readonly payloadType: number;
  readonly ssrc: number;
  readonly framesPerSecond: number;
  /** 0 to 65535; where a stream begins is its own choice. */
  readonly firstSequence?: number;
}

const CLOCK_HZ = 90_000;
/** Leaves room for the headers of every transport, TURN's and SRTP's too, in a packet of 1280 bytes. */
const CHUNK_BYTES = 1_100;
const HEADER_BYTES = 12;
const DESCRIPTOR_BYTES = 4;
const VERSION = 0x80;
const MARKER = 0x80;
const EXTENDED = 0x80;
const STARTS_FRAME = 0x10;
const HAS_PICTURE_ID = 0x80;
const LONG_PICTURE_ID = 0x8000;

/** Packets of one stream. Sequence numbers, timestamps and picture ids go on from frame to frame and wrap around. */
export class Vp8Packetizer {
  readonly #stream: RtpStream;
  #sequence: number;
  #frames = 0;

  constructor(stream: RtpStream) {
    this.#stream = stream;
    this.#sequence = stream.firstSequence ?? 0;
  }

  /** Frames that are never sent: only time passes. */
  skip(frames: number): void {
    this.#frames += frames;
  }

  /** The frame's packets, each at most 1116 bytes. */
  packets(frame: Buffer): Buffer[] {
    const packets: Buffer[] = [];
    for (let at = 0; at < frame.length; at += CHUNK_BYTES) {
      const chunk = frame.subarray(at, at + CHUNK_BYTES);
      packets.push(this.#packet(chunk, at === 0, at + CHUNK_BYTES >= frame.length));
    }
    this.#frames += 1;
    return packets;
  }

  #packet(chunk: Buffer, isFirst: boolean, isLast: boolean): Buffer {
    const { payloadType, ssrc, framesPerSecond } = this.#stream;
    const packet = Buffer.alloc(HEADER_BYTES + DESCRIPTOR_BYTES + chunk.length);
    packet.writeUInt8(VERSION, 0);
    packet.writeUInt8(payloadType | (isLast ? MARKER : 0), 1);
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(Math.round((this.#frames * CLOCK_HZ) / framesPerSecond) % 2 ** 32, 4);
    packet.writeUInt32BE(ssrc, 8);
    packet.writeUInt8(EXTENDED | (isFirst ? STARTS_FRAME : 0), 12);
    packet.writeUInt8(HAS_PICTURE_ID, 13);
    packet.writeUInt16BE(LONG_PICTURE_ID | (this.#frames & 0x7fff), 14);
    chunk.copy(packet, HEADER_BYTES + DESCRIPTOR_BYTES);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    return packet;
  }
}
