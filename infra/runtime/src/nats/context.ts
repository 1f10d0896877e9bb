// Carries trace contexts in NATS headers, and makes spans only for what is already being recorded.

import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { type Context, context, type SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { extractHeaders, injectHeaders, inSpan } from '../trace.js';

/**
 * Runs `send` with the headers that a message must carry: none while no span is active, so that the hot path makes
 * none; else the trace context, of a new producer span when the active one is recorded.
 */
export function sending<T>(name: string, kind: SpanKind, send: (headers: MsgHdrs | undefined) => T): T {
  const active = trace.getActiveSpan();
  if (active === undefined) return send(undefined);
  if (!active.isRecording()) return send(traceHeaders());
  return inSpan(name, { kind }, () => send(traceHeaders()));
}

function traceHeaders(): MsgHdrs {
  const made = headers();
  injectHeaders(made);
  return made;
}

/** Runs `receive` in the context that the headers carry, in a new span when that context is sampled. */
export function receiving<T>(name: string, kind: SpanKind, from: MsgHdrs | undefined, receive: () => T): T {
  if (from === undefined) return receive();
  const parent = extractHeaders(from);
  const remote = trace.getSpanContext(parent);
  if (remote === undefined) return receive();
  if (isSampled(parent)) return inSpan(name, { kind, parent }, receive);
  return context.with(parent, receive);
}

/** Whether the span that a context names is recorded by whoever started it. */
export function isSampled(of: Context): boolean {
  return ((trace.getSpanContext(of)?.traceFlags ?? TraceFlags.NONE) & TraceFlags.SAMPLED) !== 0;
}
