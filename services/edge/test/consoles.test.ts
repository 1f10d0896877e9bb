// Consoles over two edges and a real NATS: what is typed at one reaches the device at the other, and the ends are noticed.
import { eventually, type RunningApp, runApp } from '@mooring/harness';
import {
  audit,
  auditStream,
  type bus,
  edge as edgeSubjects,
  firmwareStream,
  updating,
  uplink,
} from '@mooring/proto';
import { consume, Fault } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBeside, startEdge, type TestEdge } from './_edge.js';
import { Socket } from './_socket.js';

let edge: TestEdge;
let beside: Awaited<ReturnType<typeof startBeside>>;
let collecting: RunningApp;
const entries: bus.AuditEntry[] = [];
const updates: bus.UpdateRecord[] = [];

beforeAll(async () => {
  edge = await startEdge();
  beside = await startBeside(edge);
  const pulling = { ackWaitMs: 30_000, maxAckPending: 100 };
  collecting = await runApp({
    runnables: [
      consume(
        edge.bus,
        { ...pulling, stream: auditStream, subject: audit.entry, name: 'test-audit' },
        async (deliveries) => {
          entries.push(...deliveries.map(({ message }) => message));
        },
        { maxMessages: 10 },
      ),
      consume(
        edge.bus,
        { ...pulling, stream: firmwareStream, subject: uplink.update, name: 'test-updates' },
        async (deliveries) => {
          updates.push(...deliveries.flatMap(({ message }) => message.records));
        },
        { maxMessages: 10 },
      ),
    ],
  });
});
afterAll(async () => {
  await collecting?.stop();
  await beside?.stop();
  await edge?.stop();
});

type Frame = [string | null, string | null, string, string, Record<string, unknown>];

/** A Nerves device that has joined its channel and its console. */
async function nerves(identifier: string, url = edge.url): Promise<Socket> {
  const socket = await Socket.open(`${url}/device-socket/websocket?vsn=2.0.0&identifier=${identifier}`);
  const firmware = { nerves_fw_uuid: 'uuid-1', nerves_fw_version: '1.0.0' };
  socket.send(['1', '1', 'device', 'phx_join', { device_api_version: '2.3.0', ...firmware }]);
  socket.send(['2', '2', 'console', 'phx_join', { console_version: '2.0.0' }]);
  await socket.message('["2","2","console","phx_reply"');
  return socket;
}

function heard(socket: Socket, event: string): Frame[4][] {
  const frames = socket.received.map((text) => JSON.parse(text) as Frame);
  return frames.flatMap((frame) => (frame[3] === event ? [frame[4]] : []));
}

/** Sends back what it is told, in capitals, as a prompt that echoes would. */
function echoes(socket: Socket): void {
  socket.raw.on('message', (data) => {
    const [, , topic, event, payload] = JSON.parse(data.toString()) as Frame;
    if (topic !== 'console' || event !== 'dn') return;
    socket.send(['2', '9', 'console', 'up', { data: String(payload['data']).toUpperCase() }]);
  });
}

async function person(device: string, url = beside.url, more: object = {}): Promise<Socket> {
  const socket = await Socket.open(`${url}/ws/console`);
  socket.send({ type: 'hello', token: 'token-of-7', device, ...more });
  return socket;
}

const shown = (socket: Socket): string =>
  socket.received
    .map((text) => JSON.parse(text))
    .flatMap(({ type, data }) => (type === 'data' ? [data] : []))
    .join('');

describe('a console', () => {
  it('passes what is typed and shown between two edges, in order, and is noted at its end', async () => {
    const device = await nerves('dev-1');
    echoes(device);
    const typist = await person('dev-1', beside.url, { rows: 40, columns: 100 });
    const ready = JSON.parse(await typist.message('ready'));
    expect(ready).toMatchObject({ type: 'ready', device_id: 'id-of-dev-1', kind: 'iex' });
    await device.message('"height":40');
    const typed = Array.from({ length: 200 }, (_, n) => `line ${n}\r`);
    for (const data of typed) typist.send({ type: 'input', data });
    const expected = typed.join('').toUpperCase();
    await eventually(() => shown(typist).length >= expected.length, { what: 'the echo' });
    expect(shown(typist)).toBe(expected);

    const second = await person('dev-1', edge.url);
    await second.message('ready');
    await eventually(() => shown(second) === expected, { what: 'the scrollback' });
    typist.end();
    await eventually(() => entries.length > 0, { what: 'the entry of its end' });
    expect(entries[0]).toMatchObject({
      ...{ organizationId: 'organization-1', actor: '7', action: 'console.closed', resource: 'id-of-dev-1' },
    });
    expect(JSON.parse(entries[0]?.detailsJson ?? '')).toMatchObject({
      ...{ session_id: ready.session_id, kind: 'iex', reason: 'person_left' },
      bytes_out: expected.length,
    });
    expect(edge.registry.consoles[0]).toMatchObject({
      ...{ userId: '7', apiKeyId: '', name: 'dev-1', kind: 'iex', sessionId: ready.session_id },
    });
    second.send({ type: 'input', data: 'still here' });
    await second.message('STILL HERE');
    second.end();
    device.end();
  });

  it('ends at once when the device goes', async () => {
    const device = await nerves('dev-2');
    const typist = await person('dev-2');
    await typist.message('ready');
    device.end();
    expect(JSON.parse(await typist.message('closed'))).toEqual({ type: 'closed', reason: 'device_gone' });
    expect(await typist.closing()).toMatchObject({ code: 1000 });
  });

  it('ends when the platform takes back the right to it, for nobody else, and is noted so', async () => {
    const device = await nerves('dev-4');
    const [typist, other] = [await person('dev-4'), await person('dev-4')];
    const { session_id: sessionId } = JSON.parse(await typist.message('ready'));
    await other.message('ready');
    const asked = edge.registry.consoles.find((console) => console.sessionId === sessionId);
    const { node = '', boot, connectionId = '' } = asked ?? {};
    expect([node, boot]).toEqual(['edge-beside', expect.stringMatching(/^[0-9a-f]{12}$/)]);
    const content = { $case: 'disconnect', value: { reason: 'rights_withdrawn' } } as const;
    const withdraw = async () => {
      const delivery = { connectionId, deviceNumber: 0n, epoch: 0n, content };
      return (await edge.bus.request(edgeSubjects.deliver, { node }, delivery, 5_000)).delivered;
    };
    expect(await withdraw()).toBe(true);
    expect(JSON.parse(await typist.message('closed'))).toEqual({
      ...{ type: 'closed', reason: 'rights_withdrawn' },
    });
    expect(await typist.closing()).toMatchObject({ code: 1008 });
    const noted = () => entries.find(({ detailsJson }) => detailsJson.includes(sessionId));
    await eventually(() => noted() !== undefined, { what: 'the entry of its end' });
    expect(JSON.parse(noted()?.detailsJson ?? '')).toMatchObject({ reason: 'rights_withdrawn' });
    expect(await withdraw()).toBe(false);
    other.send({ type: 'input', data: 'still here' });
    await device.message('still here');
    other.end();
    device.end();
  });

  it('of a device is not taken for a person', async () => {
    const device = await nerves('dev-5');
    const admitted = edge.registry.admitted.find(({ identifier }) => identifier === 'dev-5');
    const { node = '', connectionId = '' } = admitted ?? {};
    const content = { $case: 'disconnect', value: { reason: 'rights_withdrawn' } } as const;
    const delivery = { connectionId, deviceNumber: 0n, epoch: 0n, content };
    expect((await edge.bus.request(edgeSubjects.deliver, { node }, delivery, 5_000)).delivered).toBe(false);
    device.send(['1', '3', 'phoenix', 'heartbeat', {}]);
    await device.message('"3","phoenix","phx_reply"');
    device.end();
  });

  it('is refused in words', async () => {
    edge.registry.refuseConsole = () => new Fault('forbidden', 'this needs the role operator');
    const refused = await person('dev-1');
    expect(JSON.parse(await refused.message('error'))).toMatchObject({ code: 'forbidden' });
    expect(await refused.closing()).toMatchObject({ code: 1008 });
    edge.registry.refuseConsole = () => undefined;
    const nobody = await Socket.open(`${beside.url}/ws/console`);
    nobody.send({ type: 'hello', token: 'nonsense', device: 'dev-1' });
    expect(JSON.parse(await nobody.message('error'))).toMatchObject({ code: 'unauthenticated' });
    const lost = await person('no-such-device');
    expect(JSON.parse(await lost.message('error'))).toMatchObject({ code: 'not_found' });
  });

  it('is none where the device has not joined it', async () => {
    const device = await Socket.open(`${edge.url}/device-socket/websocket?vsn=2.0.0&identifier=dev-3`);
    device.send(['1', '1', 'device', 'phx_join', {}]);
    await device.message('phx_reply');
    const typist = await person('dev-3');
    expect(JSON.parse(await typist.message('closed'))).toEqual({ type: 'closed', reason: 'not_joined' });
    device.end();
  });

  it('of a person whose edge stops is forgotten by the device’s edge', async () => {
    const third = await startBeside(edge);
    const device = await nerves('dev-4');
    const typist = await person('dev-4', third.url);
    await typist.message('ready');
    await third.stop();
    expect(await typist.closing()).toMatchObject({ code: 1001 });
    await eventually(
      () => edge.logs.some(({ name, identifier }) => name === 'console_closed' && identifier === 'dev-4'),
      { what: 'the line about who left' },
    );
    device.end();
  });
});

describe('firmware-update', () => {
  const firmware = {
    ...{ uuid: 'uuid-2', product: 'p', version: '2.0.0', platform: 'rpi', architecture: 'arm' },
    ...{ author: '', description: '', vcsIdentifier: '', misc: '' },
  };
  const update: bus.UpdateOffer = {
    ...{ url: 'https://files.example.test/u', firmware, deploymentNumber: 3, sizeBytes: 5 },
    ...{ sha256: 'AB', partSha256: ['AB'], firmwareKeys: [] },
  };

  it('hears of joins, and has the device told of updates', async () => {
    const device = await nerves('dev-5');
    const isIt = ({ status, joined }: bus.UpdateRecord) => status === 'joined' && joined?.uuid === 'uuid-1';
    await eventually(() => updates.some(isIt), { what: 'the record of the join' });
    const push = { content: { $case: 'update', value: update }, traceparent: '' } as const;
    const epoch = edge.registry.epoch('dev-5');
    const reply = await edge.request('dev-5', epoch, { $case: 'firmwarePush', value: push });
    expect(reply).toMatchObject({ delivered: true, joined: true });
    await device.message('update_available');
    expect(heard(device, 'update')[0]).toMatchObject({ deployment_id: 3, firmware_meta: { uuid: 'uuid-2' } });
    expect((await edge.request('dev-5', 99n, { $case: 'firmwarePush', value: push })).delivered).toBe(false);
    device.end();
  });

  it('is asked by a device whether an update waits; nobody there is none', async () => {
    const device = await nerves('dev-6');
    const ask = (ref: string) => device.send(['1', ref, 'device', 'check_update_available', {}]);
    ask('50');
    expect(await device.message('"50"')).toContain('"update_available":false');
    const responder = edge.bus.respond(updating.check, {}, ({ deviceId }) =>
      Promise.resolve(deviceId === 'id-of-dev-6' ? { update } : {}),
    );
    await edge.bus.flush();
    ask('51');
    expect(await device.message('"51"')).toContain('"firmware_url":"https://files.example.test/u"');
    responder.close();
    device.end();
  });
});
