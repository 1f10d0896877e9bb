// The by-hand half of tracing: spans around our own work, and trace contexts carried where no library carries them.
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

/** What a new span is made of. Without `parent` it continues the active one. */
export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  readonly links?: readonly Link[];
  readonly parent?: Context;
}

/** Headers of any transport. `get` may answer nothing in whatever way its owner does. */
export interface Carrier {
  get(key: string): string | null | undefined;
  set(key: string, value: string): void;
  keys(): Iterable<string>;
}

/** The tracer of one component. Costs nothing while telemetry is off. */
export function tracer(name: string): Tracer {
  return trace.getTracer(name);
}

const own = tracer('mooring');

/** Runs `fn` inside a new span that ends when `fn` has ended, with error status when it throws or rejects. */
export function inSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => T): T {
  const { kind = SpanKind.INTERNAL, attributes = {}, links = [], parent = context.active() } = options;
  return own.startActiveSpan(name, { kind, attributes, links: [...links] }, parent, (span) => {
    let result: T;
    try {
      result = fn(span);
    } catch (error) {
      fail(span, error);
      throw error;
    }
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    result.then(
      () => span.end(),
      (error: unknown) => fail(span, error),
    );
    return result;
  });
}

/** Runs `fn` so that no library makes spans of what it does, such as a request to an address that is a secret itself. */
export function untraced<T>(fn: () => T): T {
  return context.with(suppressTracing(context.active()), fn);
}

function fail(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: error instanceof Error ? error.message : String(error),
  });
  span.end();
}

/** Writes the active (or the given) trace context into the headers; writes nothing when there is none. */
export function injectHeaders(carrier: Carrier, from: Context = context.active()): void {
  propagation.inject(from, carrier, { set: (headers, key, value) => headers.set(key, value) });
}

/** The trace context in the headers, on top of nothing else; the root context when there is none. */
export function extractHeaders(carrier: Carrier): Context {
  return propagation.extract(ROOT_CONTEXT, carrier, {
    get: (headers, key) => headers.get(key) || undefined,
    keys: (headers) => [...headers.keys()],
  });
}

/** The active span as a W3C `traceparent`, for messages that carry several contexts. */
export function currentTraceparent(): string | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  if (active === undefined || !isSpanContextValid(active)) return undefined;
  return `00-${active.traceId}-${active.spanId}-${active.traceFlags.toString(16).padStart(2, '0')}`;
}

// W3C Trace Context, level 1, 3.2: version, trace id, parent id, flags; a later version may append fields.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** The context that a `traceparent` names; the root context when it is malformed. */
export function contextFromTraceparent(traceparent: string): Context {
  const [, traceId = '', spanId = '', flags = '00'] = TRACEPARENT.exec(traceparent) ?? [];
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}

// More say nothing more, and each costs.
const MAX_LINKS = 32;

/** Links to the spans that these `traceparent`s name, 32 at most; empty and malformed ones are passed over. */
export function linksTo(traceparents: Iterable<string>): Link[] {
  const links: Link[] = [];
  for (const traceparent of traceparents) {
    const context =
      traceparent === '' ? undefined : trace.getSpanContext(contextFromTraceparent(traceparent));
    if (context !== undefined) links.push({ context });
    if (links.length === MAX_LINKS) break;
  }
  return links;
}

/**
 * Replaces the path that the span of the present HTTP request shows: for paths that hold a secret. Under both names that
 * the HTTP conventions have had for it.
 */
export function showRequestPath(path: string): void {
  trace.getActiveSpan()?.setAttributes({
    ...{ 'url.path': path, 'url.full': path, 'url.query': '' },
    ...{ 'http.target': path, 'http.url': path },
  });
}
