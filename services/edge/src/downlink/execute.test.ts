// A delivered command is handed on inside its own trace, its outcome is counted, and the reply says what became of it.
import type { bus } from '@mooring/proto';
import { type Context, type SpanOptions, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Taken } from '../dialects/dialect.js';
import type { LiveSession } from '../session/ports.js';
import { execute } from './execute.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const delivery: bus.Delivery = { connectionId: 'c', deviceNumber: 7n, epoch: 5n };
const command: bus.Command = {
  number: 9,
  traceparent,
  repeat: 2,
  action: { $case: 'switch', value: { on: true } },
};

const spans: { name: string; attributes: unknown; traceId: string | undefined }[] = [];
const span = trace.wrapSpanContext({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 });
const noting = {
  startActiveSpan(name: string, options: SpanOptions, parent: Context, work: (of: typeof span) => unknown) {
    spans.push({ name, attributes: options.attributes, traceId: trace.getSpanContext(parent)?.traceId });
    return work(span);
  },
} as unknown as Tracer;
const provider: TracerProvider = { getTracer: () => noting };

beforeAll(() => void trace.setGlobalTracerProvider(provider));
afterAll(() => trace.disable());
beforeEach(() => void spans.splice(0));

/** What a session that does `taken` was given, was counted and is replied for. */
function run(taken: Taken | 'gone', given = command) {
  const calls: unknown[][] = [];
  const outcomes: string[] = [];
  const session = {
    dialect: 'kinetid',
    execute(...call: unknown[]) {
      calls.push(call);
      return taken;
    },
  } as unknown as LiveSession;
  const counted = (dialect: string, outcome: string) => void outcomes.push(`${dialect} ${outcome}`);
  return { reply: execute(session, delivery, given, counted), calls, outcomes };
}

it('is written for the device and epoch that are meant, inside the trace that it names', () => {
  const written = { answerWithinMs: 5_000, repeatable: true, retries: 1 };
  const { reply, calls, outcomes } = run({ outcome: 'written', ...written });
  expect(reply).toEqual({ delivered: true, taken: { outcome: { $case: 'written', value: written } } });
  expect(calls).toEqual([[7n, 5n, { number: 9, repeat: 2, action: { kind: 'switch', on: true } }]]);
  expect(outcomes).toEqual(['kinetid written']);
  const attributes = { 'mooring.dialect': 'kinetid', 'mooring.command': 9 };
  expect(spans).toEqual([{ name: 'deliver command', attributes, traceId }]);
});

it('is refused with the reason', () => {
  const why = { code: 'not_joined', message: 'm' } as const;
  const { reply, outcomes } = run({ outcome: 'refused', ...why });
  expect(reply).toEqual({ delivered: true, taken: { outcome: { $case: 'refused', value: why } } });
  expect(outcomes).toEqual(['kinetid not_joined']);
});

it('is not delivered where it is gone', () => {
  const { reply, outcomes } = run('gone');
  expect([reply, outcomes]).toEqual([{ delivered: false }, ['kinetid gone']]);
});

it('never reaches the session when it is malformed', () => {
  const { reply, calls, outcomes } = run('gone', { ...command, number: 0 });
  expect(reply.taken?.outcome).toMatchObject({ $case: 'refused', value: { code: 'invalid' } });
  expect([calls, outcomes]).toEqual([[], ['kinetid invalid']]);
});
