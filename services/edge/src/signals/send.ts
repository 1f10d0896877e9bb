// Hands signals from one end of a watch session or console to the edge at the other, in order, without any service between.
import { edge, type bus as messages } from '@mooring/proto';
import { asFault, type Bus, contextFromTraceparent, inSpan } from '@mooring/runtime';
import { context, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { encodeConsole } from '../consoles/codec.js';
import type { DialectName } from '../dialects/dialect.js';
import type { SignalOutcome } from '../dialects/end.js';
import type { SentSignal } from '../session/ports.js';
import { encodeSignal } from '../watching/ends.js';

/** Long enough for a busy edge, short enough for a person who waits. */
const REPLY_MS = 3_000;

/** Called once per signal; `failed` when it is not known to have arrived. */
export interface SignalEvents {
  signalled(dialect: DialectName, signal: string, outcome: SignalOutcome): void;
  failed(signal: string, code: string): void;
}

export interface SignallingOptions {
  readonly bus: Pick<Bus, 'request' | 'connectedSinceMs'>;
  readonly node: string;
  readonly events: SignalEvents;
}

/**
 * Requests are published before this returns, over one connection to one subject per node, so signals of a session arrive
 * in the order of the calls. Candidates and what passes through a console come by the dozen and are not traced; everything
 * else is, in the trace of the request to watch.
 */
export function signalling(options: SignallingOptions) {
  return (sent: SentSignal, dialect: DialectName): Promise<SignalOutcome> => {
    const is = nameOf(sent);
    const traceparent = 'signal' in sent ? sent.traceparent : '';
    if (is === 'ice' || traceparent === '') {
      return context.with(ROOT_CONTEXT, () => request(options, sent, is, dialect));
    }
    const span = {
      kind: SpanKind.CLIENT,
      parent: contextFromTraceparent(traceparent),
      attributes: { 'mooring.dialect': dialect, 'mooring.signal': is, 'mooring.session': sent.sessionId },
    };
    return inSpan('edge signal', span, async (span) => {
      const outcome = await request(options, sent, is, dialect);
      span.setAttribute('mooring.outcome', outcome);
      return outcome;
    });
  };
}

/** One word, for a label: those of consoles are told from those of watch sessions. */
function nameOf(sent: SentSignal): string {
  return 'signal' in sent ? sent.signal.is : `console_${sent.content.is}`;
}

function contentOf(sent: SentSignal, node: string): messages.Delivery['content'] {
  const { sessionId, from, device } = sent;
  if ('signal' in sent) {
    const value = { sessionId, fromConnectionId: from, signal: encodeSignal(sent.signal) };
    return { $case: 'watchSignal', value };
  }
  const { number: deviceNumber = 0n, epoch = 0n } = device ?? {};
  const end = { node, connectionId: from, deviceNumber, epoch };
  return { $case: 'consoleSignal', value: { sessionId, from: end, content: encodeConsole(sent.content) } };
}

async function request(
  { bus, node, events }: SignallingOptions,
  sent: SentSignal,
  is: string,
  dialect: DialectName,
): Promise<SignalOutcome> {
  const { node: there, connectionId, deviceNumber, epoch } = sent.to;
  const delivery = { connectionId, deviceNumber, epoch, content: contentOf(sent, node) };
  const sinceMs = bus.connectedSinceMs;
  let outcome: SignalOutcome;
  try {
    const reply = await bus.request(edge.deliver, { node: there }, delivery, REPLY_MS);
    outcome = outcomeOf(reply);
  } catch (error) {
    const { code } = asFault(error);
    // Nobody listens there, which is certain only if the connection to the bus has not broken meanwhile.
    const isCertain = code === 'unavailable' && sinceMs !== undefined && bus.connectedSinceMs === sinceMs;
    outcome = isCertain ? 'gone' : 'lost';
    events.failed(is, code);
  }
  events.signalled(dialect, is, outcome);
  return outcome;
}

function outcomeOf({ delivered, joined }: messages.DeliveryReply): SignalOutcome {
  if (!delivered) return 'gone';
  return joined === false ? 'not_joined' : 'delivered';
}
