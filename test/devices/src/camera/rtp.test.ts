// RTP packets byte by byte.
import { describe, expect, it } from 'vitest';
import { Vp8Packetizer } from './rtp.js';

const stream = { payloadType: 96, ssrc: 0x0a0b0c0d, framesPerSecond: 15 };
const frame = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, index) => index & 0xff));

describe('a packetizer', () => {
  it('writes header and payload descriptor of a frame that fits in one packet', () => {
    const packets = new Vp8Packetizer({ ...stream, firstSequence: 0x1234 }).packets(frame(3));
    expect(packets.map((packet) => packet.toString('hex'))).toEqual([
      '80e0' + '1234' + '00000000' + '0a0b0c0d' + '9080' + '8000' + '000102',
    ]);
  });

  it('cuts a frame into 1100 bytes, marks its last packet and its first chunk', () => {
    const whole = frame(2_500);
    const packets = new Vp8Packetizer(stream).packets(whole);
    expect(packets.map((packet) => packet.length - 16)).toEqual([1_100, 1_100, 300]);
    expect(packets.map((packet) => packet[1])).toEqual([96, 96, 0x80 | 96]);
    expect(packets.map((packet) => packet[12])).toEqual([0x90, 0x80, 0x80]);
    expect(packets.map((packet) => packet.readUInt16BE(2))).toEqual([0, 1, 2]);
    expect(new Set(packets.map((packet) => packet.readUInt32BE(4))).size).toBe(1);
    expect(Buffer.concat(packets.map((packet) => packet.subarray(16)))).toEqual(whole);
  });

  it('marks the last packet of a frame that fills its packets', () => {
    const packets = new Vp8Packetizer(stream).packets(frame(2_200));
    expect(packets.map((packet) => (packet[1] ?? 0) >> 7)).toEqual([0, 1]);
  });

  it('steps 6000 ticks and one picture id a frame, and skips both for frames that were not sent', () => {
    const packetizer = new Vp8Packetizer(stream);
    const packets = [...packetizer.packets(frame(1)), ...packetizer.packets(frame(1))];
    packetizer.skip(3);
    packets.push(...packetizer.packets(frame(1)));
    expect(packets.map((packet) => packet.readUInt32BE(4))).toEqual([0, 6_000, 30_000]);
    expect(packets.map((packet) => packet.readUInt16BE(14))).toEqual([0x8000, 0x8001, 0x8005]);
    expect(packets.map((packet) => packet.readUInt16BE(2))).toEqual([0, 1, 2]);
  });

  it('wraps sequence numbers, timestamps and picture ids', () => {
    const packetizer = new Vp8Packetizer({ ...stream, firstSequence: 0xffff });
    const at = (skipped: number): Buffer => {
      packetizer.skip(skipped);
      return packetizer.packets(frame(1))[0] ?? Buffer.alloc(16);
    };
    expect(at(0).readUInt16BE(2)).toBe(0xffff);
    expect(at(0).readUInt16BE(2)).toBe(0);
    expect(at(0x7fff - 2).readUInt16BE(14)).toBe(0xffff);
    expect(at(0).readUInt16BE(14)).toBe(0x8000);
    // 2^32 ticks are not quite 715828 frames.
    expect(at(715_828 - 0x8001).readUInt32BE(4)).toBe(715_828 * 6_000 - 2 ** 32);
  });
});
