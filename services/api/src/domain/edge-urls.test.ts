// Where pages are told to find the edges.
import { Fault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { edgeUrlsOf, pagePolicy } from './edge-urls.js';
import { escaped } from './html.js';

describe('addresses of edges', () => {
  it('are a list of socket addresses', () => {
    expect(edgeUrlsOf('ws://127.0.0.1:8000, wss://edge.example.test/mooring/,')).toEqual([
      'ws://127.0.0.1:8000',
      'wss://edge.example.test/mooring',
    ]);
  });

  it.each(['', ' , ', 'http://example.test', 'example.test', 'ws://', 'ws://a:b@example.test', 'ws://a/?x'])(
    'are not "%s"',
    (text) => expect(() => edgeUrlsOf(text)).toThrow(Fault),
  );

  it('are what a page may reach beside its own server', () => {
    const policy = pagePolicy(['ws://a:1', 'ws://a:1/path', 'wss://b']);
    expect(policy.split('; ')).toContain("connect-src 'self' ws://a:1 wss://b");
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it('cannot leave the attribute that they stand in', () => {
    expect(escaped(`["ws://a/'>&<"]`)).toBe('[&quot;ws://a/&#39;&gt;&amp;&lt;&quot;]');
  });
});
