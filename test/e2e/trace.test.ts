// One trace from a socket frame to the row it became, and one from an HTTP request through gRPC to SQL.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Collector, type SpanView, startCollector } from './_collector.js';
import { commandsOf } from './_commands.js';
import { Peer } from './_peer.js';
import { startTestStack, type TestStack } from './_stack.js';
import { camera, viewer, watched } from './_watch.js';

let mooring: TestStack;
let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
  mooring = await startTestStack({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      EDGE_TRACE_ONE_IN: '1',
      SIGNALING_TURN_URLS: 'turn:127.0.0.1:3478?transport=udp',
      SIGNALING_TURN_SECRETS: 'north-test-secret',
    },
  });
});
afterAll(async () => {
  await mooring?.stop();
  await collector?.stop();
});

const sql = ({ attributes, name }: SpanView): string =>
  `${name} ${attributes['db.statement'] ?? attributes['db.query.text'] ?? ''}`;
const names = (path: readonly SpanView[]): readonly string[] =>
  path.map(({ service, name }) => `${service}: ${name}`);

it('frame → publish → consume → INSERT, across two processes', async () => {
  const socket = await Peer.open(`${mooring.edges[0]}/socket`);
  socket.send({ cmd: 'hello', deviceId: '39628657580236' });
  await eventually(() => mooring.api.device('kinetid', '39628657580236'));
  socket.send({
    cmd: 'report',
    deviceId: '39628657580236',
    consumptions: [{ interval: 60, consumption: 42 }],
  });
  const path = await eventually(
    () =>
      collector.path(
        ({ service, name }) => service === 'edge-1' && name === 'edge frame',
        (span) => span.service === 'telemetry' && /INSERT INTO reading/i.test(sql(span)),
      ),
    { withinMs: 20_000, what: 'a path from the frame to the insert' },
  );
  const [frame, ...rest] = path;
  expect(new Set(path.map(({ traceId }) => traceId)), names(path).join('\n')).toEqual(
    new Set([frame?.traceId]),
  );
  expect(rest.some(({ service, name }) => service === 'edge-1' && name === 'uplink publish')).toBe(true);
  expect(rest.some(({ service, name }) => service === 'telemetry' && name.startsWith('consume'))).toBe(true);
  const upgrade = collector.spans.find(({ spanId }) => frame?.links.includes(spanId));
  expect(upgrade?.name).toBe('edge upgrade');
  expect(frame?.attributes['mooring.connection']).toMatch(/^[0-9a-f-]{36}$/);
  expect(upgrade?.attributes['mooring.connection']).toBe(frame?.attributes['mooring.connection']);
  socket.end();
});

it('admission: hello frame → edge → registry → SQL', async () => {
  const path = await eventually(
    () =>
      collector.path(
        ({ service, name }) => service === 'edge-1' && name === 'edge admit',
        (span) => span.service === 'registry' && /UPDATE|INSERT/i.test(sql(span)),
      ),
    { withinMs: 20_000, what: 'a path from the admission to the registry' },
  );
  expect(path.length, names(path).join('\n')).toBeGreaterThan(2);
  expect(
    collector.path(
      ({ name }) => name === 'edge upgrade',
      ({ name }) => name === 'edge frame',
    ),
  ).toBeDefined();
});

it('HTTP → gRPC → SQL in one trace', async () => {
  await mooring.api.get('/v1/devices');
  const path = await eventually(
    () =>
      collector.path(
        ({ service, name }) => service === 'api' && name.startsWith('GET'),
        (span) => span.service === 'registry' && /select/i.test(sql(span)) && /device/i.test(sql(span)),
      ),
    { withinMs: 20_000, what: 'a path from the request to SQL' },
  );
  const [request] = path;
  expect(new Set(path.map(({ traceId }) => traceId))).toEqual(new Set([request?.traceId]));
  // By parents alone: server span of api, client span, server span of registry, SQL.
  for (const [index, span] of path.entries()) {
    if (index > 0) expect(span.parentSpanId, names(path).join('\n')).toBe(path[index - 1]?.spanId);
  }
  expect(path.some(({ service, name }) => service === 'registry' && /ListDevices/.test(name))).toBe(true);
});

it('POST of a command → registry → edge → answer of the device, in one trace', async () => {
  const socket = await Peer.open(`${mooring.edges[1]}/socket`);
  socket.send({ cmd: 'hello', deviceId: '39628657580299', v: 2 });
  const device = await eventually(async () => {
    const found = await mooring.api.device('kinetid', '39628657580299');
    return found?.presence.online ? found : undefined;
  });
  const commands = commandsOf(mooring.api);
  const made = await commands.make(device.id, { type: 'switch', on: true });
  const { id } = JSON.parse(await socket.message('"switch"'));
  socket.send({ cmd: 'ack', deviceId: '39628657580299', id, on: true });
  await commands.reaches(made.id, 'succeeded');
  // Each process sends its spans when it likes; the trace is whole when all of these are in it.
  const parts = [
    'api: POST',
    'registry: dispatch command',
    'edge-2: deliver command',
    'registry: command answer',
  ];
  const trace = await eventually(
    () => {
      const answer = collector.spans.find(({ name }) => name === 'command answer');
      const spans = collector.spans.filter(({ traceId }) => traceId === answer?.traceId);
      return parts.every((part) => names(spans).includes(part)) ? spans : undefined;
    },
    { withinMs: 20_000, what: `one trace with ${parts.join(', ')}` },
  );
  expect(trace.some((span) => span.service === 'registry' && /command/i.test(sql(span)))).toBe(true);
  socket.end();
});

it('the secret of a print key is in no span', async () => {
  const printer = { dialect: 'berg', identifier: '000d6f000273ce0b', kind: 'printer' };
  const { body: device } = await mooring.api.call('POST', '/v1/devices', printer);
  const path = `/v1/devices/${(device as { id: string }).id}/print-keys`;
  const { body: key } = await mooring.api.call('POST', path, {});
  const { url, secret } = key as { url: string; secret: string };
  expect((await fetch(url, { signal: AbortSignal.timeout(10_000) })).status).toBe(200);
  await eventually(() => collector.spans.some(({ name }) => name.includes('OpenPrintKey')), {
    what: 'the span of the request',
    withinMs: 20_000,
  });
  await eventually(() => collector.spans.some((span) => JSON.stringify(span).includes('/print/*')), {
    what: 'the path without its secret',
    withinMs: 20_000,
  });
  expect(collector.spans.filter((span) => JSON.stringify(span).includes(secret))).toEqual([]);
});

it('the token of a download link is in no span', async () => {
  const token = 'A'.repeat(72);
  const response = await fetch(`${mooring.file.firmware}/firmware/${token}`, {
    signal: AbortSignal.timeout(10_000),
  });
  expect(response.status).toBe(404);
  await eventually(() => collector.spans.some((span) => JSON.stringify(span).includes('/firmware/{token}')), {
    what: 'the path without its token',
    withinMs: 20_000,
  });
  expect(collector.spans.filter((span) => JSON.stringify(span).includes(token))).toEqual([]);
});

it('watch request → rights → row → camera, offer and answer, in one trace that shows no secret', async () => {
  const device = await camera(mooring.edges[0] ?? '', 'traced-cam');
  const person = await viewer(mooring.edges[1] ?? '', mooring.file.owner.token);
  const id = await watched(person, device, 'traced-cam');
  const ofSession = ({ attributes }: SpanView): boolean => attributes['mooring.session'] === id;
  const trace = await eventually(
    () => {
      const [offer, answer] = ['edge-2', 'edge-1'].map((edge) =>
        collector.spans.find(
          (span) => span.service === edge && span.name === 'edge signal' && ofSession(span),
        ),
      );
      if (offer === undefined || answer === undefined || offer.traceId !== answer.traceId) return undefined;
      const spans = collector.spans.filter(({ traceId }) => traceId === offer.traceId);
      const isThere = (service: string, name: RegExp): boolean =>
        spans.some((span) => span.service === service && name.test(sql(span)));
      return isThere('edge-2', /^edge watch/) &&
        isThere('registry', /FindCamera/) &&
        isThere('signaling', /INSERT INTO (public.)?"?watch_session/i) &&
        isThere('edge-1', /edge\.\{node\}\.deliver/)
        ? spans
        : undefined;
    },
    { withinMs: 20_000, what: 'one trace of a watch' },
  );
  expect(trace.length).toBeGreaterThan(6);
  const secrets = [device, person].flatMap(({ messages }) =>
    messages.flatMap(({ payload }) =>
      ((payload['ice_servers'] ?? []) as { credential?: string }[]).map(({ credential }) => credential ?? ''),
    ),
  );
  expect(secrets.filter((secret) => secret !== '')).toHaveLength(2);
  const everything = JSON.stringify(collector.spans);
  for (const secret of [...secrets, mooring.file.owner.token, 'IN IP4 127.0.0.1']) {
    if (secret !== '') expect(everything.includes(secret)).toBe(false);
  }
  device.end();
  person.end();
});

it('no trace begins with a statement of a loop that looks for work', () => {
  const isStatement = ({ name }: SpanView): boolean => /^(prisma|pg)/.test(name);
  const statements = collector.spans.filter(isStatement);
  expect(statements.length).toBeGreaterThan(0);
  expect(names(statements.filter(({ parentSpanId }) => parentSpanId === ''))).toEqual([]);
});
