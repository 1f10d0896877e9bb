import { describe, expect, it } from 'vitest';
import { pngSize } from './png-head.js';

const chunk = (type: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
};

function png(width: number, height: number, dataBytes = 10): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const chunks = [
    chunk('IHDR', head),
    chunk('IDAT', Buffer.alloc(dataBytes)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]);
}

describe('pngSize', () => {
  it('reads the dimensions', () => {
    expect(pngSize(png(384, 20_000))).toEqual({ width: 384, height: 20_000 });
    expect(pngSize(png(8_000, 5_000))).toEqual({ width: 8_000, height: 5_000 });
  });

  it.each([
    ['no PNG', Buffer.from('GIF89a and so on and so forth')],
    ['no PNG', Buffer.alloc(0)],
    ['no PNG', png(1, 1).subarray(0, 23)],
    ['is empty', png(0, 10)],
    ['20001 by 1, more than can be printed', png(20_001, 1)],
    ['8000 by 5001, more than can be printed', png(8_000, 5_001)],
    ['not whole', png(10, 10).subarray(0, -12)],
    ['more than 5242880 bytes', png(10, 10, 5 * 1024 * 1024)],
  ])('refuses what is %s', (message, bytes) => {
    expect(() => pngSize(bytes)).toThrow(message);
  });

  it('finds no end in lengths that lead beyond it', () => {
    const bytes = png(10, 10);
    bytes.writeUInt32BE(0xffffffff, 33);
    expect(() => pngSize(bytes)).toThrow('not whole');
  });
});
