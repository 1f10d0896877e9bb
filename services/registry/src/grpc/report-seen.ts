// Notes when devices were last heard of, as an edge tells once a minute.
import type { registry } from '@mooring/proto';
import { Fault, systemClock, unary } from '@mooring/runtime';
import { events } from '../events.js';
import type { Context } from './context.js';

const MAX_SEEN = 100_000;
/** Rows that one statement holds. */
const CHUNK = 5_000;

export function reportSeen({ store, committed }: Context): registry.RegistryServer['reportSeen'] {
  return unary(async ({ node, boot, atMs, devices }, { signal }) => {
    if (devices.length > MAX_SEEN) throw new Fault('invalid', `at most ${MAX_SEEN} devices in one report`);
    if (node === '' || boot === '') throw new Fault('invalid', 'node and boot say who reports');
    const boundedMs = Number.isFinite(atMs) && atMs > 0 ? atMs : systemClock.now();
    let revived = 0;
    for (let at = 0; at < devices.length && !signal.aborted; at += CHUNK) {
      const heard = devices.slice(at, at + CHUNK);
      revived += await store.sessions.markSeen({ node, boot }, boundedMs, heard);
    }
    if (revived > 0) {
      events.sessionsRevived(node, revived);
      committed();
    }
    return {};
  });
}
