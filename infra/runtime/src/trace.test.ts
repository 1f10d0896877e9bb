// Checks the carrying of trace contexts, with and without a tracer.
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect, test, vi } from 'vitest';
import {
  contextFromTraceparent,
  currentTraceparent,
  extractHeaders,
  injectHeaders,
  inSpan,
} from './trace.js';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('a traceparent comes out as it went in', () => {
  const span = trace.getSpan(contextFromTraceparent(TRACEPARENT));
  expect(span?.spanContext()).toMatchObject({ traceFlags: 1, isRemote: true });
  const active = vi.spyOn(trace, 'getActiveSpan').mockReturnValue(span);
  expect(currentTraceparent()).toBe(TRACEPARENT);
  active.mockRestore();
  expect(currentTraceparent()).toBeUndefined();
});

test('a later version may say more', () => {
  expect(trace.getSpanContext(contextFromTraceparent(`cc${TRACEPARENT.slice(2)}-more`))?.traceId).toMatch(
    /^0af7/,
  );
});

test.each([
  '',
  'nonsense',
  TRACEPARENT.toUpperCase(),
  `ff${TRACEPARENT.slice(2)}`,
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
])('%j is no traceparent', (text) => {
  expect(contextFromTraceparent(text)).toBe(ROOT_CONTEXT);
});

test('without telemetry nothing is carried and work runs all the same', async () => {
  const headers = new Map<string, string>();
  injectHeaders(headers);
  expect([...headers]).toEqual([]);
  expect(extractHeaders(new Map([['traceparent', TRACEPARENT]]))).toBe(ROOT_CONTEXT);
  expect(inSpan('sync', {}, () => 1)).toBe(1);
  await expect(inSpan('async', { parent: context.active() }, async () => 2)).resolves.toBe(2);
  await expect(inSpan('fails', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
