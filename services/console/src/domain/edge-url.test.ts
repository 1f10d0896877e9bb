// Which sockets are dialled.
import { describe, expect, it } from 'vitest';
import { firstOf, viewerUrls } from './edge-url.js';

describe('the sockets of edges', () => {
  it.each([
    ['ws://127.0.0.1:8000', 'ws://127.0.0.1:8000/ws/viewer'],
    ['wss://edge.example.test/', 'wss://edge.example.test/ws/viewer'],
    ['wss://example.test/mooring//', 'wss://example.test/mooring/ws/viewer'],
    ['ws://127.0.0.1:8000/ws/viewer', 'ws://127.0.0.1:8000/ws/viewer'],
    ['https://edge.example.test', 'wss://edge.example.test/ws/viewer'],
    ['http://[::1]:8000?x#y', 'ws://[::1]:8000/ws/viewer'],
  ])('%s: %s', (edge, url) => expect(viewerUrls([edge])).toEqual([url]));

  it.each([[[]], [['ftp://example.test']], [['nonsense']], [['ws://good', '']]])('are not %j', (edges) => {
    expect(() => viewerUrls(edges)).toThrow(TypeError);
  });

  it('are begun with anywhere', () => {
    expect([0, 0.34, 0.99, 1].map((random) => firstOf(3, random))).toEqual([0, 1, 2, 2]);
  });
});
