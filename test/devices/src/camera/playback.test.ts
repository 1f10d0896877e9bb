// Which frames go out when, over a clip of four frames a second and a timer that is sometimes late.
import { describe, expect, it } from 'vitest';
import { Playback } from './playback.js';

const frames = [10, 11, 12, 13, 14, 15, 16, 17].map((byte) => Buffer.from([byte]));
const clip = { width: 2, height: 2, framesPerSecond: 4, frames };

function player() {
  const playback = new Playback({ clip, payloadType: 96, ssrc: 1, startedAtMs: 1_000 });
  return (nowMs: number) =>
    playback.due(nowMs).map((packet) => ({ frame: packet[16], ts: packet.readUInt32BE(4) / 22_500 }));
}

describe('a playback', () => {
  it('begins at once, sends each frame when it is due, and none twice', () => {
    const due = player();
    expect(due(1_000)).toEqual([{ frame: 10, ts: 0 }]);
    expect(due(1_249)).toEqual([]);
    expect(due(1_250)).toEqual([{ frame: 11, ts: 1 }]);
    expect(due(1_800).map(({ frame }) => frame)).toEqual([12, 13]);
  });

  it('begins again after the last frame, on the same clock', () => {
    const due = player();
    for (let ms = 1_000; ms < 3_000; ms += 250) due(ms);
    expect(due(3_000)).toEqual([{ frame: 10, ts: 8 }]);
  });

  it('skips to a key frame after a long pause, and keeps the time', () => {
    const due = player();
    due(1_000);
    // Frame 21 would be due: the next first frame of the clip is number 24.
    expect(due(1_000 + 21 * 250)).toEqual([]);
    expect(due(1_000 + 24 * 250)).toEqual([{ frame: 10, ts: 24 }]);
  });
});
