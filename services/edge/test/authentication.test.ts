// What devices present before they have a socket, on real ones: who is let in, who is told what, and who has gone.
import { connect, type Socket as Tcp } from 'node:net';
import { sharedSecretHeaders } from '@mooring/devices';
import { eventually } from '@mooring/harness';
import { exposition, Fault, type FaultCode } from '@mooring/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startEdge, type TestEdge } from './_edge.js';
import { refusedStatus, Socket } from './_socket.js';

const PATH = '/device-socket/websocket?vsn=2.0.0';
const shared = { key: `nhd_${'k'.repeat(43)}`, secret: 's' };
const credentialId = '019339d4-0000-7000-8000-000000000001';
const signed = (identifier = 'nerves-1') => ({
  headers: sharedSecretHeaders(identifier, shared, Date.now()),
});
/** A SEQUENCE of 300 bytes: as far as the edge looks. */
const der = Buffer.concat([Buffer.of(0x30, 0x82, 0x01, 0x2c), Buffer.alloc(300)]);

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge({ EDGE_DEVICE_AUTH: 'credentials' });
});
afterAll(() => edge?.stop());
afterEach(() => {
  edge.registry.hold = Promise.resolve();
  edge.registry.prove = () => ({ identifier: '', credentialId: '' });
});

function refusing(code: FaultCode): void {
  edge.registry.prove = () => {
    throw new Fault(code, 'for the log');
  };
}

interface Refusal {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

function refusal(path: string, options: object = {}, base = edge.url): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${base}${path}`, options);
    socket.on('unexpected-response', (_, response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    socket.on('open', () => reject(new Error('the upgrade was accepted')));
    socket.on('error', () => undefined);
  });
}

/** Keeps answers back until it is called. */
function holdAnswers(): () => void {
  let release: () => void = () => undefined;
  edge.registry.hold = new Promise((resolve) => {
    release = resolve;
  });
  return release;
}

async function aborted(): Promise<number> {
  const { body } = await exposition(false);
  const line = body.split('\n').find((each) => /upgrades_refused_total\{.*reason="aborted"/.test(each));
  return Number(line?.split(' ').at(-1) ?? 0);
}

describe('a signature', () => {
  it('is asked about, and names the device that it proves', async () => {
    edge.registry.prove = () => ({ identifier: 'proven-1', credentialId });
    const socket = await Socket.open(`${edge.url}${PATH}`, [], signed('nerves-1'));
    const { policy, dialect, evidence } = edge.registry.presented.at(-1) ?? {};
    expect({ policy, dialect }).toEqual({ policy: 'credentials', dialect: 'nerveshub' });
    expect(evidence).toMatchObject({
      $case: 'signedClaim',
      value: { key: shared.key, identifier: 'nerves-1', algorithm: 'NH1-HMAC-sha256-1000-32' },
    });
    socket.send(['1', '1', 'device', 'phx_join', {}]);
    await socket.message('phx_reply');
    expect(edge.registry.admitted.at(-1)).toMatchObject({ identifier: 'proven-1', credentialId });
    socket.end();
  });

  it('that is wrong gets 401 with a date and nothing else', async () => {
    refusing('unauthenticated');
    const { status, headers, body } = await refusal(PATH, signed());
    expect({ status, body }).toEqual({ status: 401, body: '' });
    expect(headers['nh-connection-error-reason']).toBeUndefined();
    expect(Math.abs(Date.parse(String(headers['date'])) - Date.now())).toBeLessThan(5_000);
  });

  it('that is missing gets 401 with the reason, and nobody is asked', async () => {
    const before = edge.registry.presented.length;
    const { status, headers, body } = await refusal(PATH);
    expect(status).toBe(401);
    expect(body).toBe('no certificate pair or shared secrets connection settings were provided');
    expect(headers['nh-connection-error-reason']).toBe(body);
    expect(headers['date']).toBeDefined();
    expect(edge.registry.presented.length).toBe(before);
  });

  it('under a key that is tried too often gets 429', async () => {
    refusing('exhausted');
    expect(await refusal(PATH, signed())).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
  });

  it('that proves nothing does not let in here', async () => {
    expect((await refusal(PATH, signed())).status).toBe(401);
  });
});

describe('while the registry is asked', () => {
  it('a peer that goes leaves nothing behind', async () => {
    const release = holdAnswers();
    const before = edge.registry.presented.length;
    const already = await aborted();
    edge.registry.prove = () => ({ identifier: 'proven', credentialId });
    const tcp = await dial(edge.url, signed().headers);
    await eventually(() => edge.registry.presented.length > before);
    tcp.destroy();
    await eventually(async () => (await aborted()) === already + 1);
    release();
    (await Socket.open(`${edge.url}${PATH}`, [], signed())).end();
  });

  it('others come and go, and each gets its own answer', async () => {
    edge.registry.prove = ({ evidence }) => {
      const name = evidence?.$case === 'signedClaim' ? evidence.value.identifier : '';
      if (name.endsWith('3')) throw new Fault('unauthenticated', 'no');
      return { identifier: name, credentialId };
    };
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const options = signed(`many-${index % 10}`);
        if (index % 10 === 3) return refusedStatus(`${edge.url}${PATH}`, options);
        (await Socket.open(`${edge.url}${PATH}`, [], options)).end();
        return 101;
      }),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 101)).toHaveLength(45);
  });
});

describe('a certificate in a header', () => {
  let behind: TestEdge;
  beforeAll(async () => {
    behind = await startEdge({
      EDGE_DEVICE_AUTH: 'credentials',
      EDGE_TRUSTED_PROXIES: '127.0.0.1/32',
      EDGE_CLIENT_CERT_HEADER: 'X-Client-Cert',
    });
    behind.registry.prove = () => ({ identifier: 'proven-2', credentialId });
  });
  afterAll(() => behind?.stop());
  const header = { 'x-client-cert': der.toString('base64') };

  it('is believed of a trusted proxy, and goes before a signature', async () => {
    const options = { headers: { ...header, ...signed().headers } };
    (await Socket.open(`${behind.url}/socket/websocket?vsn=2.0.0`, [], options)).end();
    expect(behind.registry.presented.at(-1)?.evidence).toEqual({
      $case: 'certificate',
      value: { leafDer: der, chainDer: [] },
    });
  });

  it('is none of anybody else, nor where no header is agreed on', async () => {
    const before = edge.registry.presented.length;
    const { status, body } = await refusal(PATH, { headers: header });
    expect({ status, body }).toMatchObject({ status: 401, body: expect.stringContaining('no certificate') });
    expect(edge.registry.presented.length).toBe(before);
  });

  it('that cannot be read, or comes twice, is 401', async () => {
    const before = behind.registry.presented.length;
    const unreadable = { headers: { 'x-client-cert': 'nonsense' } };
    expect(await refusal(PATH, unreadable, behind.url)).toMatchObject({ status: 401, body: '' });
    const twice = { headers: { 'x-client-cert': [header['x-client-cert'], header['x-client-cert']] } };
    expect(await refusal(PATH, twice, behind.url)).toMatchObject({ status: 401, body: '' });
    expect(behind.registry.presented.length).toBe(before);
  });

  it('that is empty is none', async () => {
    const { body } = await refusal(PATH, { headers: { 'x-client-cert': '' } }, behind.url);
    expect(body).toContain('no certificate pair');
  });
});

describe('without the registry', () => {
  it('new devices get 503 with the reason, and those that are there stay', async () => {
    edge.registry.prove = () => ({ identifier: 'stays', credentialId });
    const staying = await Socket.open(`${edge.url}${PATH}`, [], signed());
    staying.send(['1', '1', 'device', 'phx_join', {}]);
    await staying.message('phx_reply');
    await edge.stopRegistry();
    const { status, headers, body } = await refusal(PATH, signed());
    expect({ status, body }).toEqual({
      status: 503,
      body: 'the platform could not be reached to authenticate this device',
    });
    expect(headers['nh-connection-error-reason']).toBe(body);
    staying.send([null, 'beat', 'phoenix', 'heartbeat', {}]);
    await staying.message('"beat"');
    staying.end();
  });
});

/** An upgrade request on a plain connection, so that it can be cut at will. */
async function dial(url: string, headers: Readonly<Record<string, string>>): Promise<Tcp> {
  const { hostname, port } = new URL(url);
  const tcp = connect({ host: hostname, port: Number(port) });
  await new Promise((resolve) => tcp.once('connect', resolve));
  const lines = [
    `GET ${PATH} HTTP/1.1`,
    `Host: ${hostname}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  tcp.write(`${lines.join('\r\n')}\r\n\r\n`);
  return tcp;
}
