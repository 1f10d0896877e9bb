// Decides which span a batch is worked on in.
import { type Context, type Link, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { inSpan } from '../trace.js';
import { isSampled } from './context.js';

// More say nothing more, and each costs.
const MAX_LINKS = 32;

/**
 * Runs `work` in a span that continues the trace of the first sampled message and links to all sampled ones; in none
 * when no message is sampled.
 */
export function inBatchSpan<T>(
  durable: string,
  batch: readonly { readonly context: Context }[],
  work: () => T,
): T {
  const links: Link[] = [];
  let parent = ROOT_CONTEXT;
  for (const { context } of batch) {
    const span = isSampled(context) ? trace.getSpanContext(context) : undefined;
    if (span === undefined) continue;
    if (links.length === 0) parent = context;
    links.push({ context: span });
    if (links.length === MAX_LINKS) break;
  }
  if (links.length === 0) return work();
  const attributes = { 'messaging.batch.message_count': batch.length };
  return inSpan(`consume ${durable}`, { kind: SpanKind.CONSUMER, links, parent, attributes }, work);
}
