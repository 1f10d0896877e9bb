// Checks that no span is lost unseen.
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { counter } from './metrics.js';
import { SpanQueue } from './span-queue.js';

const dropped = counter({ name: 'mooring_spans_dropped_total', help: '', labels: ['reason'] });

async function lost(reason: string): Promise<number> {
  const { values } = await dropped.get();
  return values.find((value) => value.labels.reason === reason)?.value ?? 0;
}

function tracing(maxSpans: number, exporter: Pick<SpanExporter, 'export'>) {
  const queue = new SpanQueue({ ...exporter, shutdown: async () => undefined }, maxSpans);
  const tracer = new BasicTracerProvider({ spanProcessors: [queue] }).getTracer('test');
  return { queue, span: () => tracer.startSpan('work').end() };
}

test('what exceeds the bound is dropped and counted, and room comes back', async () => {
  const exported: ReadableSpan[] = [];
  const waiting: (() => void)[] = [];
  const { queue, span } = tracing(4, {
    export: (spans, done) => {
      exported.push(...spans);
      waiting.push(() => done({ code: 0 }));
    },
  });
  const before = await lost('queue_full');
  // The fourth starts an export that stays unanswered; four more fill the queue; two find no room.
  for (let made = 0; made < 10; made++) span();
  expect(exported).toHaveLength(4);
  expect((await lost('queue_full')) - before).toBe(2);
  const flushed = queue.forceFlush();
  for (const answer of waiting.splice(0)) answer();
  await flushed;
  expect(exported).toHaveLength(8);
  span();
  const flushedAgain = queue.forceFlush();
  for (const answer of waiting.splice(0)) answer();
  await flushedAgain;
  expect(exported).toHaveLength(9);
  expect((await lost('queue_full')) - before).toBe(2);
});

test('what the collector refuses is counted', async () => {
  const { queue, span } = tracing(10, {
    export: (_, done) => done({ code: 1, error: new Error('refused') }),
  });
  const before = await lost('export_failed');
  for (let made = 0; made < 3; made++) span();
  await expect(queue.forceFlush()).rejects.toThrow('refused');
  expect((await lost('export_failed')) - before).toBe(3);
});
