// Bounds the spans that wait for export and counts every one that is lost, which the library's own queue does not.
import { type Context, TraceFlags } from '@opentelemetry/api';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { counter } from './metrics.js';

const EXPORTED = 0;
const BATCH = 512;
const DELAY_MS = 1_000;

const dropped = counter({
  name: 'mooring_spans_dropped_total',
  help: 'Sampled spans that never reached the collector',
  labels: ['reason'],
});
for (const reason of ['queue_full', 'export_failed'] as const) dropped.inc({ reason }, 0);

/** Exports in batches of up to 512, at the latest a second after a span ended; keeps at most `maxSpans` waiting. */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #maxSpans: number;
  #waiting = 0;

  constructor(exporter: SpanExporter, maxSpans: number) {
    this.#maxSpans = maxSpans;
    const counted: SpanExporter = {
      export: (spans, done) => {
        this.#waiting -= spans.length;
        exporter.export(spans, (result) => {
          if (result.code !== EXPORTED) dropped.inc({ reason: 'export_failed' }, spans.length);
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
    this.#batches = new BatchSpanProcessor(counted, {
      maxQueueSize: maxSpans,
      maxExportBatchSize: Math.min(BATCH, maxSpans),
      scheduledDelayMillis: DELAY_MS,
    });
  }

  onStart(span: Span, parent: Context): void {
    this.#batches.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#waiting >= this.#maxSpans) {
      dropped.inc({ reason: 'queue_full' });
      return;
    }
    this.#waiting += 1;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }
}
