// The container's reader on the clip itself, and on what is not one.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clipFile } from './clip.js';
import { readIvf } from './ivf.js';

const file = readFileSync(clipFile);

describe('the clip', () => {
  it('is two seconds of VP8 that begin with a key frame', () => {
    const clip = readIvf(file);
    expect(clip).toMatchObject({ width: 320, height: 240, framesPerSecond: 15 });
    expect(clip.frames).toHaveLength(30);
    // A key frame's start code, RFC 6386 9.1.
    expect(clip.frames[0]?.subarray(3, 6)).toEqual(Buffer.from([0x9d, 0x01, 0x2a]));
    const headers = 32 + 30 * 12;
    expect(clip.frames.reduce((sum, frame) => sum + frame.length, headers)).toBe(file.length);
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['of another kind', Buffer.concat([Buffer.from('RIFF'), file.subarray(4)])],
    ['without a frame', file.subarray(0, 32)],
    ['cut off in a frame', file.subarray(0, 100)],
    ['cut off in a frame header', file.subarray(0, 40)],
    ['beginning with an inter frame', Buffer.concat([file.subarray(0, 32), secondFrame(file)])],
  ])('is refused when it is %s', (_, bytes) => {
    expect(() => readIvf(bytes)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

function secondFrame(ivf: Buffer): Buffer {
  return ivf.subarray(32 + 12 + ivf.readUInt32LE(32));
}
