// One client's queue: order, bounds, endings.
import { describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.js';

async function all(stream: EventStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe('a live stream', () => {
  it('passes events on in order and ends after what is queued', async () => {
    const stream = new EventStream();
    stream.begin('snapshot\n');
    for (let index = 0; index < 900; index++)
      expect(stream.offer(`event ${index} ${'x'.repeat(100)}\n`)).toBe(true);
    stream.finish();
    const lines = (await all(stream)).trimEnd().split('\n');
    expect(lines).toHaveLength(901);
    expect(lines[0]).toBe('snapshot');
    expect(lines.slice(1).every((line, index) => line.startsWith(`event ${index} `))).toBe(true);
  });

  it.each([
    ['too many events', 2_000, 60],
    ['too many bytes', 200, 20_000],
  ])('lets a client go that has %s waiting', async (_, count, size) => {
    const stream = new EventStream();
    const taken = Array.from({ length: count }, () => stream.offer('x'.repeat(size)));
    expect(taken.filter((ok) => !ok)).toHaveLength(1);
    expect(stream.over).toBe(true);
    const text = await all(stream);
    expect(text).toMatch(/event: error\ndata: \{"code":"exhausted","detail":"too slow"\}\n\n$/);
    expect(text.length).toBeLessThan(64 * 1024);
  });

  it('takes nothing more once its client is gone', () => {
    const stream = new EventStream();
    stream.destroy();
    expect(stream.over).toBe(true);
    expect(stream.offer('x')).toBe(true);
  });
});
