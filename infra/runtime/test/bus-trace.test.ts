// One trace must lead from who publishes to who handles, and none be made when nobody records.
import { SpanKind, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  applyStreams,
  type Bus,
  connectBus,
  consume,
  currentTraceparent,
  inSpan,
  rpc,
} from '../src/index.js';
import { fixture, json, run } from './_bus.js';
import { eventually } from './_eventually.js';
import { NatsServer } from './_nats-server.js';

const spans = new InMemorySpanExporter();
const sdk = new NodeSDK({ spanProcessors: [new SimpleSpanProcessor(spans)], autoDetectResources: false });
let server: NatsServer;
let bus: Bus;

beforeAll(async () => {
  sdk.start();
  server = await NatsServer.start();
  bus = await connectBus({ url: server.url, name: 'test' });
});

afterAll(async () => {
  await bus?.close();
  await server?.stop();
  await sdk.shutdown();
});

beforeEach(() => spans.reset());

const finished = (name: string) => spans.getFinishedSpans().filter((span) => span.name === name);

it('leads from a request to its answer', async () => {
  const ask = rpc('test.{node}.trace', json, json);
  let inside: string | undefined;
  bus.respond(ask, 'all', ({ n }) => {
    inside = currentTraceparent();
    return { n };
  });
  await bus.flush();
  await inSpan('root', {}, () => bus.request(ask, { node: 'a' }, { n: 1 }, 1_000));
  const [root] = finished('root');
  const [asked] = finished('request test.{node}.trace');
  const [answered] = finished('respond test.{node}.trace');
  expect(asked?.parentSpanContext?.spanId).toBe(root?.spanContext().spanId);
  expect(answered?.parentSpanContext?.spanId).toBe(asked?.spanContext().spanId);
  expect(answered?.kind).toBe(SpanKind.SERVER);
  expect(inside).toContain(answered?.spanContext().spanId);
});

it('leads from persisted messages to the batch that handles them, with a link to each', async () => {
  const { subject, stream, durable } = fixture();
  await applyStreams(server.url, [stream]);
  const persist = (n: number) => bus.persist(subject, { node: 'a' }, { n }, { id: String(n) });
  await persist(0);
  await inSpan('first', {}, () => persist(1));
  await inSpan('second', {}, () => persist(2));
  const handled: number[] = [];
  const running = run(
    consume(bus, durable, async (batch) => void handled.push(...batch.map(({ message }) => message.n)), {
      maxMessages: 10,
    }),
  );
  await eventually('all are handled', () => handled.length === 3);
  await running.stop();
  const persisted = finished(`persist ${subject.template}`);
  expect(persisted).toHaveLength(2);
  const [batch] = finished(`consume ${durable.name}`);
  expect(batch?.parentSpanContext?.spanId).toBe(persisted[0]?.spanContext().spanId);
  expect(batch?.links.map((link) => link.context.spanId)).toEqual(
    persisted.map((span) => span.spanContext().spanId),
  );
});

it('makes no span and no header while nobody traces', async () => {
  const { subject, stream, durable } = fixture();
  await applyStreams(server.url, [stream]);
  const contexts: boolean[] = [];
  const running = run(
    consume(
      bus,
      durable,
      async (batch) => void contexts.push(...batch.map((d) => trace.getSpanContext(d.context) === undefined)),
      { maxMessages: 10 },
    ),
  );
  await bus.persist(subject, { node: 'a' }, { n: 1 }, { id: '1' });
  await eventually('it is handled', () => contexts.length === 1);
  await running.stop();
  expect(contexts).toEqual([true]);
  expect(spans.getFinishedSpans()).toEqual([]);
});
