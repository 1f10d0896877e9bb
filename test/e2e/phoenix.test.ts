// The official Phoenix client as a device: it joins, heartbeats, is updated by a person and reports how that goes.
import { createHash } from 'node:crypto';
import { type NervesFirmware, sharedSecretHeaders } from '@mooring/devices';
import { eventually, FirmwareFile, FirmwareSigner } from '@mooring/harness';
import { type Channel, Socket } from 'phoenix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { DeviceView } from './_api.js';
import { type FirmwareView, trust, upload } from './_firmware.js';
import { startTestStack, type TestStack } from './_stack.js';

const identifier = 'phoenix-1';
const platform = { product: 'made', platform: 'rpi4', architecture: 'arm' };
const before: NervesFirmware = {
  ...platform,
  uuid: 'ed3c404e-dbb1-5b02-3528-0d08a644895e',
  version: '1.0.0',
};
// Under the policy open a key that nobody knows proves nothing; what it signs still names the device.
const secret = { key: `nhd_${'A'.repeat(43)}`, secret: 'unknown' };

/** Node's WebSocket client with the headers of a device. */
class DeviceWebSocket extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    const options: ClientOptions = { headers: sharedSecretHeaders(identifier, secret, Date.now()) };
    super(url, protocols ?? [], options);
  }
}

let mooring: TestStack;
let firmware: FirmwareView;
let device: DeviceView;
const sockets: Socket[] = [];

beforeAll(async () => {
  mooring = await startTestStack({ edges: 1 });
  const signer = new FirmwareSigner();
  await trust(mooring, signer);
  firmware = await upload(mooring, new FirmwareFile({ signer, blocks: 20, metadata: { version: '1.1.0' } }));
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await mooring?.stop();
});

/** What one connection has said and heard, as the client logs it. */
interface Connection {
  readonly socket: Socket;
  readonly channel: Channel;
  readonly heard: { readonly event: string; readonly payload: Readonly<Record<string, unknown>> }[];
  readonly heartbeats: string[];
}

/** Resolves once the client says that it has joined. */
async function connect(runs: NervesFirmware): Promise<Connection> {
  const heard: Connection['heard'] = [];
  const heartbeats: string[] = [];
  const socket = new Socket(`${mooring.edges[0] ?? ''}/device-socket`, {
    transport: DeviceWebSocket,
    vsn: '2.0.0',
    heartbeatIntervalMs: 100,
    logger: (kind, message) => {
      if (kind === 'receive' && message.includes('phoenix phx_reply')) heartbeats.push(message);
    },
  });
  sockets.push(socket);
  socket.connect();
  const channel = socket.channel('device', {
    device_api_version: '2.3.0',
    fwup_version: '1.16.0',
    currently_downloading_uuid: null,
    nerves_fw_uuid: runs.uuid,
    nerves_fw_product: runs.product,
    nerves_fw_version: runs.version,
    nerves_fw_platform: runs.platform,
    nerves_fw_architecture: runs.architecture,
  });
  channel.on('update', (payload) => {
    heard.push({ event: 'update', payload });
  });
  const joined = await new Promise((resolve, reject) => {
    channel.join().receive('ok', resolve).receive('error', reject).receive('timeout', reject);
  });
  expect(joined).toEqual({});
  return { socket, channel, heard, heartbeats };
}

const commandOf = (id: string) => mooring.api.get<{ state: string }>(`/v1/commands/${id}`);
const updates = async () => {
  type Update = { status: string; progress: number | null; firmware_uuid: string; ended_at: string | null };
  return (await mooring.api.get<{ items: Update[] }>(`/v1/devices/${device.id}/updates`)).items;
};

describe('the phoenix client', () => {
  let connection: Connection;
  let command: string;

  it('joins as a device, and its heartbeats are answered', async () => {
    connection = await connect(before);
    device = await eventually(
      async () => {
        const found = await mooring.api.device('nerveshub', identifier);
        return found?.firmware?.['uuid'] === before.uuid ? found : undefined;
      },
      { what: 'the firmware of the device' },
    );
    expect(device.presence.online).toBe(true);
    await eventually(() => connection.heartbeats.length >= 3, { what: 'answers to heartbeats' });
    expect(connection.socket.connectionState()).toBe('open');
    expect(connection.channel.state).toBe('joined');
  });

  it('is told of the update that somebody orders, and can download it', async () => {
    const order = { type: 'update', firmware: firmware.uuid };
    const { status, body } = await mooring.api.call('POST', `/v1/devices/${device.id}/commands`, order);
    expect(status, JSON.stringify(body)).toBe(202);
    command = (body as { id: string }).id;
    const { payload } = await eventually(() => connection.heard[0], { what: 'the update', withinMs: 20_000 });
    const sha256 = firmware.sha256.toUpperCase();
    expect(payload).toMatchObject({
      ...{ update_available: true, size: firmware.size, checksum: sha256 },
      firmware_meta: { uuid: firmware.uuid, version: '1.1.0', ...platform },
    });
    // Absent or null: no group wants it, a person does.
    expect(payload['deployment_id'] ?? null).toBe(null);
    const file = Buffer.from(await (await fetch(String(payload['firmware_url']))).arrayBuffer());
    expect(createHash('sha256').update(file).digest('hex').toUpperCase()).toBe(sha256);
    const parts = Array.from({ length: Math.ceil(file.length / 1024 ** 2) }, (_, part) =>
      createHash('sha256')
        .update(file.subarray(part * 1024 ** 2, (part + 1) * 1024 ** 2))
        .digest('hex')
        .toUpperCase(),
    );
    expect(payload['partials_checksums']).toEqual(parts);
  });

  it('reports how far it is', async () => {
    const { channel } = connection;
    channel.push('status_update', { status: 'received' });
    await eventually(async () => (await commandOf(command)).state === 'acknowledged', {
      what: 'acknowledged',
    });
    channel.push('status_update', { status: 'started', downloader_network_interface: 'eth0' });
    channel.push('fwup_progress', { stage: 'updating', value: 42 });
    const [update] = await eventually(
      async () => {
        const found = await updates();
        return found[0]?.progress === 42 ? found : undefined;
      },
      { what: 'progress 42' },
    );
    expect(update).toMatchObject({ status: 'updating', firmware_uuid: firmware.uuid, ended_at: null });
  });

  it('has done what was ordered when it is back with the new firmware', async () => {
    connection.channel.push('status_update', { status: 'completed' });
    connection.socket.disconnect();
    connection = await connect({ ...platform, uuid: firmware.uuid, version: '1.1.0' });
    await eventually(async () => (await commandOf(command)).state === 'succeeded', { what: 'succeeded' });
    expect((await updates()).map(({ status }) => status)).toEqual(['completed']);
    await eventually(async () => {
      const found = await mooring.api.device('nerveshub', identifier);
      return found?.firmware?.['uuid'] === firmware.uuid;
    });
    expect(connection.heard).toEqual([]);
  });
});
