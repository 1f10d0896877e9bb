// What is delivered of watch sessions, as sessions take it.
import type { bus } from '@mooring/proto';
import type { WatchInput } from '../dialects/watch.js';
import { decodeSignal, endOf, iceOf } from '../watching/ends.js';

/** Undefined without the viewer's end, which nobody could answer. */
export function startOf(start: bus.WatchStart): WatchInput | undefined {
  const viewer = endOf(start.viewer);
  if (viewer === undefined) return undefined;
  const { sessionId, userId, traceparent } = start;
  return { on: 'start', sessionId, userId, viewer, ice: iceOf(start), traceparent };
}

/** Undefined for a signal that this version does not know. */
export function signalOf({
  sessionId,
  fromConnectionId: from,
  signal,
}: bus.WatchSignal): WatchInput | undefined {
  const decoded = decodeSignal(signal);
  return decoded && { on: 'signal', sessionId, from, signal: decoded };
}
