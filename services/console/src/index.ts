// Watches a camera from a web page: `watch(options)`. Depends on nothing but the browser.
import { browser } from './browser.js';
import { viewerUrls } from './domain/edge-url.js';
import { Watcher } from './watcher.js';
import type { Watching, WatchOptions } from './watching.js';

export type { ProblemCode, WatchProblem } from './domain/problem.js';
export type { WatchStats } from './domain/stats.js';
export type { Watching, WatchOptions, WatchPhase, WatchState } from './watching.js';

/**
 * Begins to watch, and keeps at it: it reconnects, searches new paths for media and asks again, until `stop()` or something
 * that trying again does not change. Two calls are two sessions. Throws a TypeError for edge addresses that are none.
 */
export function watch(options: WatchOptions): Watching {
  const { edgeUrls, token, device, video, iceTransportPolicy = 'all', audio = true } = options;
  return new Watcher(browser, {
    urls: viewerUrls(typeof edgeUrls === 'string' ? [edgeUrls] : edgeUrls),
    token: typeof token === 'string' ? () => token : token,
    device,
    iceTransportPolicy,
    audio,
    onState: (state) => options.onState?.(state),
    onStream: (stream) => {
      if (video !== undefined && video.srcObject !== stream) video.srcObject = stream;
      options.onStream?.(stream);
    },
  });
}
