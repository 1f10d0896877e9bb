// The Nerves device against a server that speaks Phoenix as the test tells it to, and against the recorded vectors.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Peer, testServer } from '../_server.js';
import type { Json, JsonObject } from '../json.js';
import { type NervesDeviceOptions, nervesDevice } from './device.js';
import { sharedSecretHeaders } from './shared-secret.js';

type Frame = readonly [joinRef: Json, ref: Json, topic: string, event: string, payload: JsonObject];
interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly input: {
    readonly secret: string;
    readonly headers: Record<string, string>;
    readonly frame: Frame;
  };
  readonly expected: { readonly identifier: string };
}
const file = new URL('../../../vectors/nerveshub.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const frameOf = (text: string) => JSON.parse(text) as Frame;
/** Answers joins and heartbeats as the real server does. */
function reply(peer: Peer, text: string, response: Json = {}): void {
  const [joinRef, ref, topic, event] = frameOf(text);
  if (event !== 'phx_join' && event !== 'heartbeat') return;
  peer.send([event === 'heartbeat' ? null : joinRef, ref, topic, 'phx_reply', { status: 'ok', response }]);
}
async function boot(
  options: Partial<NervesDeviceOptions> = {},
  message: (peer: Peer, text: string) => void = reply,
  http?: RequestListener,
) {
  const server = await testServer({ message, ...(http === undefined ? {} : { http }) });
  cleanups.push(server.close);
  const device = nervesDevice({
    url: server.url,
    identifier: 'dev-1',
    retryMs: 1,
    rejoinMs: 1,
    bootMs: 1,
    ...options,
  });
  cleanups.push(device.close);
  return { server, device, peer: await server.socket(0) };
}
const framesOf = (peer: Peer) => peer.seen.received.map(frameOf);
async function frame(peer: Peer, topic: string, event: string, times = 1): Promise<Frame> {
  const matching = () => framesOf(peer).filter((each) => each[2] === topic && each[3] === event);
  await peer.seen.until(() => matching().length >= times, `${topic} ${event}`);
  return matching()[times - 1] as Frame;
}

describe('the shared secret', () => {
  const accepted = vectors.filter(
    ({ kind, name }) => kind === 'nh1_accept' && !/trailing bits|padding/.test(name),
  );
  it('vectors are there', () => expect(accepted).toHaveLength(4));

  it.each(accepted)('signs as recorded: $name', ({ input, expected }) => {
    const { headers, secret } = input;
    const shared = { secret, key: headers['x-nh-key'] ?? '', algorithm: headers['x-nh-alg'] ?? '' };
    expect(sharedSecretHeaders(expected.identifier, shared, Number(headers['x-nh-time']) * 1_000)).toEqual(
      headers,
    );
  });

  it('is signed again with the time of the refusal', async () => {
    const date = 'Sat, 21 Nov 2026 03:00:00 GMT';
    const times: number[] = [];
    const server = await testServer({
      refuse: ({ headers }) => {
        times.push(Number(headers['x-nh-time']));
        return times.length === 1 ? { status: 401, headers: [`Date: ${date}`] } : undefined;
      },
      message: reply,
    });
    cleanups.push(server.close);
    const auth = { key: 'nhp_x', secret: 's' };
    const device = nervesDevice({
      url: server.url,
      identifier: 'd',
      auth,
      retryMs: 60_000,
      clock: () => 1_000_000,
    });
    cleanups.push(device.close);
    await device.seen.until(() => device.seen.ready, 'the second attempt');
    expect(times).toEqual([1_000, Date.parse(date) / 1_000]);
  });
});

describe('a device', () => {
  it('joins device and console with the recorded parameters, then reports its interface', async () => {
    const { peer, device } = await boot();
    const join = await frame(peer, 'device', 'phx_join');
    const recorded = vectors.find(({ name }) => name.startsWith('sample join device'))?.input.frame;
    expect(join.slice(0, 4)).toEqual(recorded?.slice(0, 4));
    expect(Object.keys(join[4]).sort()).toEqual(Object.keys(recorded?.[4] ?? {}).sort());
    expect(peer.request.url).toBe('/device-socket/websocket?vsn=2.0.0');
    expect(peer.request.headers['sec-websocket-extensions']).toContain('permessage-deflate');
    await frame(peer, 'console', 'phx_join');
    await frame(peer, 'device', 'report_network_interface');
    expect(device.seen.ready).toBe(true);
  });

  it('pushes progress and status under its join ref', async () => {
    const { peer, device } = await boot();
    await device.seen.until(() => device.seen.ready, 'the join');
    device.progress(42, 'downloading');
    device.status('failed', { reason: 'x' });
    const progress = await frame(peer, 'device', 'fwup_progress');
    expect([progress[0], progress[4]]).toEqual(['1', { value: 42, stage: 'downloading' }]);
    expect((await frame(peer, 'device', 'status_update'))[4]).toEqual({ status: 'failed', reason: 'x' });
  });

  it('joins extensions when told to, and answers what they ask', async () => {
    const { peer } = await boot({}, (to, text) =>
      reply(to, text, text.includes('"extensions"') ? ['health'] : {}),
    );
    await frame(peer, 'device', 'report_network_interface');
    peer.send([null, null, 'device', 'extensions:get', {}]);
    const [ref] = await frame(peer, 'extensions', 'phx_join');
    await frame(peer, 'extensions', 'health:attached');
    peer.send([ref, null, 'extensions', 'health:check', {}]);
    expect((await frame(peer, 'extensions', 'health:report'))[4]).toHaveProperty(
      'value.metrics.cpu_usage_percent',
    );
  });

  it('runs a script and reboots when told to', async () => {
    const { server, peer } = await boot({ runScript: () => ({ output: 'hi\n', return: '2' }) });
    await frame(peer, 'device', 'report_network_interface');
    peer.send(['1', null, 'device', 'scripts/run', { text: '1+1', ref: 'q83vEg' }]);
    const ran = await frame(peer, 'device', 'scripts/run');
    expect(ran[4]).toEqual({ ref: 'q83vEg', result: 'completed', output: 'hi\n', return: '2' });
    peer.send([null, null, 'device', 'reboot', {}]);
    await frame(peer, 'device', 'rebooting');
    await frame(await server.socket(1), 'device', 'phx_join');
  });
});

describe('what Slipstream insists on', () => {
  it('heartbeat replies are empty', async () => {
    const { device } = await boot({ heartbeatMs: 400 }, (peer, text) => reply(peer, text, { time: 1 }));
    await device.seen.until(() => device.seen.violations.length > 0, 'the violation');
    expect(device.seen.violations[0]).toContain('not empty');
  });

  it('heartbeats are answered before the next one', async () => {
    const { device } = await boot({ heartbeatMs: 5 }, (peer, text) => {
      if (!text.includes('heartbeat')) reply(peer, text);
    });
    await device.seen.until(() => device.seen.connects > 1, 'the reconnect');
    expect(device.seen.violations[0]).toContain('unanswered');
  });

  it('answered ones keep the connection', async () => {
    const { peer, device } = await boot({ heartbeatMs: 150 });
    await frame(peer, 'phoenix', 'heartbeat', 5);
    expect([device.seen.violations, device.seen.connects]).toEqual([[], 1]);
  });

  it.each([
    [
      'a join answered with another join ref',
      [null, '1', 'device', 'phx_reply', { status: 'ok', response: {} }],
    ],
    ['phx_error with another ref', ['9', '9', 'device', 'phx_error', {}]],
    ['phx_close without a ref', ['1', null, 'device', 'phx_close', {}]],
    ['an event with a ref', ['1', '7', 'device', 'identify', {}]],
  ])('%s ends the connection', async (_, message) => {
    const { peer, device } = await boot({}, () => undefined);
    await frame(peer, 'console', 'phx_join');
    peer.send(message);
    await device.seen.until(() => device.seen.violations.length === 1, 'the violation');
    await device.seen.until(() => device.seen.connects === 2, 'the reconnect');
  });

  it('a crashed channel is joined again, one that was closed is not', async () => {
    const { peer, device } = await boot();
    await device.seen.until(() => device.isJoined('console'), 'the joins');
    peer.send(['2', '2', 'console', 'phx_close', {}]);
    peer.send(['1', '1', 'device', 'phx_error', { reason: 'channel_crash' }]);
    await frame(peer, 'device', 'phx_join', 2);
    await device.seen.until(() => device.isJoined('device'), 'the rejoin');
    expect(device.isJoined('console')).toBe(false);
    expect(device.seen.violations).toEqual([]);
  });
});

describe('an update', () => {
  const image = Buffer.from('firmware image '.repeat(2_000));
  const checksum = createHash('sha256').update(image).digest('hex').toUpperCase();
  const uuid = '236fe56b-8058-5b6c-ce94-8a8c30b71269';
  const update = (url: string, rest: object = {}) => [
    null,
    null,
    'device',
    'update',
    {
      update_available: true,
      firmware_url: url,
      firmware_meta: { uuid, version: '1.1.0', product: 'demo' },
      checksum,
      ...rest,
    },
  ];
  const serveImage: RequestListener = (_, response) => response.end(image);
  const statuses = (peer: Peer) =>
    framesOf(peer).flatMap((each) => (each[3] === 'status_update' ? [each[4]['status']] : []));

  it('is received, fetched, written, and ends in a join with the new uuid', async () => {
    const { server, peer, device } = await boot({ applyMs: 6 }, reply, serveImage);
    await device.seen.until(() => device.seen.ready, 'the join');
    peer.send(update(`${server.httpUrl}/demo.fw`));
    await frame(peer, 'device', 'rebooting');
    expect(statuses(peer)).toEqual(['received', 'started', 'completed']);
    const join = await frame(await server.socket(1), 'device', 'phx_join');
    expect(join[4]).toMatchObject({
      nerves_fw_uuid: uuid,
      nerves_fw_version: '1.1.0',
      currently_downloading_uuid: null,
    });
    expect(device.firmware()).toMatchObject({ uuid, platform: 'rpi0' });
  });

  it('resumes a broken transfer with a range', async () => {
    const half = image.length / 2;
    const ranges: (string | undefined)[] = [];
    const broken: RequestListener = ({ headers }, response) => {
      ranges.push(headers.range);
      if (ranges.length > 1) return response.writeHead(206).end(image.subarray(half));
      response.writeHead(200, { 'content-length': String(image.length) });
      return response.write(image.subarray(0, half), () => response.destroy());
    };
    const { server, peer, device } = await boot({ applyMs: 6 }, reply, broken);
    await device.seen.until(() => device.seen.ready, 'the join');
    peer.send(update(`${server.httpUrl}/demo.fw`));
    await frame(peer, 'device', 'rebooting');
    expect(ranges).toEqual([undefined, `bytes=${half}-`]);
  });

  it.each([
    ['to what runs already is ignored', { firmware: { uuid } }, {}, ['received', 'ignored']],
    ['with a wrong checksum fails', {}, { checksum: 'AB' }, ['received', 'failed']],
    ['that comes at a bad time is ignored', { outcome: 'ignore' as const }, {}, ['received', 'ignored']],
    ['that hangs says no more', { outcome: 'hang' as const }, {}, ['received', 'started']],
    ['that cannot be written fails', { outcome: 'failure' as const }, {}, ['received', 'started', 'failed']],
  ])('%s', async (_, options, rest, expected) => {
    const { server, peer, device } = await boot({ applyMs: 6, ...options }, reply, serveImage);
    await device.seen.until(() => device.seen.ready, 'the join');
    peer.send(update(`${server.httpUrl}/demo.fw`, rest));
    await peer.seen.until(() => statuses(peer).length === expected.length, 'the statuses');
    expect(statuses(peer)).toEqual(expected);
    expect(device.seen.connects).toBe(1);
  });

  it('is under way from when it is taken up until the device is back', async () => {
    const phases: string[] = [];
    const onUpdate = (phase: string, of: string) => phases.push(`${phase} ${of}`);
    const { server, peer, device } = await boot({ applyMs: 6, onUpdate }, reply, serveImage);
    await device.seen.until(() => device.seen.ready, 'the join');
    peer.send(update(`${server.httpUrl}/demo.fw`));
    await frame(peer, 'device', 'rebooting');
    expect([phases, device.updating()]).toEqual([[`begun ${uuid}`], uuid]);
    await device.seen.until(() => phases.length > 1, 'the end of the update');
    expect([phases[1], device.updating()]).toEqual([`ended ${uuid}`, undefined]);
  });

  it('asks anew how each update ends', async () => {
    const outcomes = ['deaf', 'failure'] as const;
    let asked = 0;
    const outcome = () => outcomes[asked++] ?? 'success';
    const { server, peer, device } = await boot({ applyMs: 6, outcome }, reply, serveImage);
    await device.seen.until(() => device.seen.ready, 'the join');
    peer.send(update(`${server.httpUrl}/demo.fw`));
    peer.send(update(`${server.httpUrl}/demo.fw`));
    await peer.seen.until(() => statuses(peer).length === 3, 'the statuses');
    expect([asked, statuses(peer)]).toEqual([2, ['received', 'started', 'failed']]);
  });

  it('that is reverted ends in a join with the old uuid', async () => {
    const { server, peer, device } = await boot({ applyMs: 6, outcome: 'revert' }, reply, serveImage);
    await device.seen.until(() => device.seen.ready, 'the join');
    peer.send(update(`${server.httpUrl}/demo.fw`));
    const join = await frame(await server.socket(1), 'device', 'phx_join');
    expect(join[4]).toMatchObject({ meta: { firmware_auto_revert_detected: true } });
    expect(join[4]['nerves_fw_uuid']).not.toBe(uuid);
  });
});
