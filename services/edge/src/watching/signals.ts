// Hands signals from one end of a watch session to the edge at the other, in order, without any service between.
import { edge } from '@mooring/proto';
import { asFault, type Bus, contextFromTraceparent, inSpan } from '@mooring/runtime';
import { context, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import type { DialectName } from '../dialects/dialect.js';
import type { SentSignal } from '../session/ports.js';
import { encodeSignal } from './ends.js';

/** Long enough for a busy edge, short enough for a person who waits. */
const REPLY_MS = 3_000;

export type SignalOutcome = 'delivered' | 'gone' | 'lost';

/** Called once per signal; `failed` when it is not known to have arrived. */
export interface SignalEvents {
  signalled(dialect: DialectName, signal: string, outcome: SignalOutcome): void;
  failed(signal: string, code: string): void;
}

/**
 * Requests are published before this returns, over one connection to one subject per node, so signals of a session arrive
 * in the order of the calls. Candidates come by the dozen and are not traced; everything else is, in the trace of the
 * request to watch.
 */
export function signalling(bus: Pick<Bus, 'request' | 'connectedSinceMs'>, events: SignalEvents) {
  return (sent: SentSignal, dialect: DialectName): Promise<SignalOutcome> => {
    const { is } = sent.signal;
    if (is === 'ice' || sent.traceparent === '') {
      return context.with(ROOT_CONTEXT, () => request(bus, events, sent, dialect));
    }
    const options = {
      kind: SpanKind.CLIENT,
      parent: contextFromTraceparent(sent.traceparent),
      attributes: { 'mooring.dialect': dialect, 'mooring.signal': is, 'mooring.session': sent.sessionId },
    };
    return inSpan('edge signal', options, async (span) => {
      const outcome = await request(bus, events, sent, dialect);
      span.setAttribute('mooring.outcome', outcome);
      return outcome;
    });
  };
}

async function request(
  bus: Pick<Bus, 'request' | 'connectedSinceMs'>,
  events: SignalEvents,
  { to, sessionId, from, signal }: SentSignal,
  dialect: DialectName,
): Promise<SignalOutcome> {
  const { node, connectionId, deviceNumber, epoch } = to;
  const value = { sessionId, fromConnectionId: from, signal: encodeSignal(signal) };
  const delivery = { connectionId, deviceNumber, epoch, content: { $case: 'watchSignal', value } } as const;
  const sinceMs = bus.connectedSinceMs;
  let outcome: SignalOutcome;
  try {
    const { delivered } = await bus.request(edge.deliver, { node }, delivery, REPLY_MS);
    outcome = delivered ? 'delivered' : 'gone';
  } catch (error) {
    const { code } = asFault(error);
    // Nobody listens there, which is certain only if the connection to the bus has not broken meanwhile.
    const isCertain = code === 'unavailable' && sinceMs !== undefined && bus.connectedSinceMs === sinceMs;
    outcome = isCertain ? 'gone' : 'lost';
    events.failed(signal.is, code);
  }
  events.signalled(dialect, signal.is, outcome);
  return outcome;
}
