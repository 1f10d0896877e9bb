// An OTLP/JSON trace receiver that keeps every span it is sent.
import { createServer } from 'node:http';
import { freePort } from '@mooring/harness';

export interface SpanView {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** Who made it: `mooring`, or the name of an instrumentation. */
  readonly scope: string;
  readonly service: string;
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
}
interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly links?: readonly { spanId: string }[];
  readonly attributes?: readonly OtlpAttribute[];
}
interface OtlpBody {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] };
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string };
      readonly spans?: readonly OtlpSpan[];
    }[];
  }[];
}

export interface Collector {
  readonly endpoint: string;
  readonly spans: readonly SpanView[];
  /** A chain of spans from the first that matches `from` to one that matches `to`, along parent and link edges. */
  path(from: (span: SpanView) => boolean, to: (span: SpanView) => boolean): readonly SpanView[] | undefined;
  stop(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: SpanView[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      spans.push(...read(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    path: (from, to) =>
      spans
        .filter(to)
        .map((span) => climb(spans, span, from))
        .find((found) => found !== undefined),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function read(body: OtlpBody): SpanView[] {
  return (body.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const service = attributes(resource?.attributes)['service.name'] ?? '';
    return scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        scope: scope?.name ?? '',
        service,
        links: (span.links ?? []).map(({ spanId }) => spanId),
        attributes: attributes(span.attributes),
      })),
    );
  });
}

function attributes(list: readonly OtlpAttribute[] = []): Record<string, string> {
  return Object.fromEntries(
    list.map(({ key, value }) => [key, String(value.stringValue ?? value.intValue ?? '')]),
  );
}

function climb(
  spans: readonly SpanView[],
  start: SpanView,
  goal: (span: SpanView) => boolean,
): readonly SpanView[] | undefined {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const seen = new Set<string>();
  const visit = (span: SpanView): readonly SpanView[] | undefined => {
    if (seen.has(span.spanId)) return undefined;
    seen.add(span.spanId);
    if (goal(span)) return [span];
    for (const id of [span.parentSpanId, ...span.links]) {
      const next = byId.get(id);
      const rest = next && visit(next);
      if (rest) return [...rest, span];
    }
    return undefined;
  };
  return visit(start);
}
