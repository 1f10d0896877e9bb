// Decides in which trace a transaction is seen: that of the first sampled frame in it, linked to the others.
import type { bus } from '@mooring/proto';
import { contextFromTraceparent, currentTraceparent, inSpan, linksTo } from '@mooring/runtime';

/**
 * Runs `work` in a span that continues the first sampled frame's trace and links to the other frames and to the span that
 * the consumer has opened for the batch. Without a sampled frame there is no span but that one.
 */
export function inStoreSpan<T>(name: string, headers: readonly bus.BatchHeader[], work: () => T): T {
  const [first, ...others] = headers.flatMap(({ traceparents }) => traceparents);
  if (first === undefined) return work();
  const links = linksTo([...others, currentTraceparent() ?? '']);
  const attributes = { 'mooring.batches': headers.length };
  return inSpan(name, { parent: contextFromTraceparent(first), links, attributes }, work);
}
