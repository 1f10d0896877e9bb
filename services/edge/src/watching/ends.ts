// Ends, ICE servers and signals of watch sessions between the dialects' words and the bus's.
import type { bus } from '@mooring/proto';
import type { Json, JsonObject } from '../dialects/dialect.js';
import { EndReason, type IceServers, type Signal, type WatchEnd } from '../dialects/watch.js';

/** An end as the bus names it; undefined where it was left out. */
export function endOf(end: bus.WatchEnd | undefined): WatchEnd | undefined {
  if (end === undefined) return undefined;
  const { node, boot, connectionId, deviceNumber, epoch, resumes } = end;
  return { node, boot, connectionId, deviceNumber, epoch, resumes };
}

export function iceOf(message: Pick<bus.WatchIceReply, 'iceServers' | 'expiresAtMs'>): IceServers {
  return { servers: message.iceServers, expiresAtMs: message.expiresAtMs };
}

type SignalContent = NonNullable<bus.WatchSignal['signal']>;

export function encodeSignal(signal: Signal): SignalContent {
  switch (signal.is) {
    case 'offer':
      return { $case: 'offerJson', value: JSON.stringify(signal.sdp) };
    case 'answer':
      return { $case: 'answerJson', value: JSON.stringify(signal.sdp) };
    case 'ice':
      return { $case: 'iceJson', value: JSON.stringify(signal.members) };
    case 'ended':
      return { $case: 'ended', value: { reason: signal.reason } };
    case 'error':
      return { $case: 'errorMessage', value: signal.message };
    case 'away':
      return { $case: 'away', value: {} };
    case 'back':
      return { $case: 'back', value: signal.end };
  }
}

/** Undefined for one that no edge or service of this version says. */
export function decodeSignal(content: SignalContent | undefined): Signal | undefined {
  switch (content?.$case) {
    case 'offerJson':
      return described('offer', content.value);
    case 'answerJson':
      return described('answer', content.value);
    case 'iceJson': {
      const members = objectOf(content.value);
      return members && { is: 'ice', members };
    }
    case 'ended':
      return isReason(content.value.reason) ? { is: 'ended', reason: content.value.reason } : undefined;
    case 'errorMessage':
      return { is: 'error', message: content.value };
    case 'away':
      return { is: 'away' };
    case 'back': {
      const end = endOf(content.value);
      return end && { is: 'back', end };
    }
    case undefined:
      return undefined;
  }
}

function described(is: 'offer' | 'answer', json: string): Signal | undefined {
  const sdp = objectOf(json);
  return sdp && { is, sdp };
}

function objectOf(json: string): JsonObject | undefined {
  try {
    const value = JSON.parse(json) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

const reasons: ReadonlySet<string> = new Set(Object.values(EndReason));

function isReason(value: string): value is EndReason {
  return reasons.has(value);
}
