// Names the transaction in the trace that the consumer has opened for its batch, and links it to every sampled frame.
import type { bus } from '@mooring/proto';
import { currentTraceparent, inSpan, linksTo } from '@mooring/runtime';

/** Runs `work` in a span below the consumer's; without a sampled frame there is neither. */
export function inStoreSpan<T>(name: string, headers: readonly bus.BatchHeader[], work: () => T): T {
  if (currentTraceparent() === undefined) return work();
  const links = linksTo(headers.flatMap(({ traceparents }) => traceparents));
  return inSpan(name, { links, attributes: { 'mooring.batches': headers.length } }, work);
}
