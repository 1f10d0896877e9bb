// Real certificates between the processes of the platform: who is believed, who is turned away, and what a renewal needs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { eventually, freePort, type TestAuthority, testAuthority } from '@mooring/harness';
import { natsServerBinary } from '@mooring/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, deadline, grpcClient, grpcServer, type TlsFiles, unary } from '../src/index.js';
import { run } from './_bus.js';
import { ToyClient } from './_toy-grpc.js';

const REFRESH_MS = 50;
let folder: string;
let ours: TestAuthority;
let theirs: TestAuthority;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mooring-tls-'));
  [ours, theirs] = await Promise.all([testAuthority('ours'), testAuthority('theirs')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const at = path.join(folder, name);
  writeFileSync(at, text);
  return at;
};

/** Files that believe in one CA and show a certificate of another, or none. */
async function files(
  name: string,
  { believes = ours, shows = ours as TestAuthority | null, hosts = [] as string[] },
): Promise<TlsFiles> {
  const ca = file(`${name}.ca`, believes.pem);
  if (shows === null) return { ca, refreshMs: REFRESH_MS };
  const issued = await shows.issue({ commonName: name, hosts });
  return {
    ca,
    cert: file(`${name}.cert`, issued.pem),
    key: file(`${name}.key`, issued.keyPem),
    refreshMs: REFRESH_MS,
  };
}

const LOCAL = ['localhost', '127.0.0.1'];
const ask = unary(async ({ text }: { text: string }) => ({ text }));

async function serve(tls: TlsFiles) {
  const { Ask, ask: method = Ask } = ToyClient.service;
  const services = [[{ ask: method }, { ask }]] as never;
  const grpc = grpcServer({ host: '127.0.0.1', port: 0, services, tls });
  const running = run(grpc);
  await running.ready;
  return { port: await grpc.port, stop: () => running.stop() };
}

async function answer(port: number, tls: TlsFiles): Promise<string> {
  const client = grpcClient(ToyClient, `localhost:${port}`, { tls });
  try {
    return (await client.ask({ text: 'hello' }, { timeoutMs: 3_000 })).text;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    client.close();
  }
}

/** Serial number of the certificate that a server shows. */
async function shown(port: number, tls: TlsFiles): Promise<string> {
  const read = (at: string | undefined) => (at === undefined ? undefined : readFileSync(at));
  const socket = connectTls({
    port,
    host: 'localhost',
    ALPNProtocols: ['h2'],
    ...{ ca: read(tls.ca), cert: read(tls.cert), key: read(tls.key) },
  });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

describe('gRPC', () => {
  it('lets in who shows a certificate of the CA, and nobody else', async () => {
    const server = await serve(await files('server', { hosts: LOCAL }));
    expect(await answer(server.port, await files('caller', {}))).toBe('hello');
    expect(await answer(server.port, await files('nobody', { shows: null }))).toBe('unavailable');
    expect(await answer(server.port, await files('stranger', { shows: theirs }))).toBe('unavailable');
    await server.stop();
  });

  it('believes no server of another CA, and none with another name', async () => {
    const caller = await files('caller', {});
    const foreign = await serve(await files('foreign', { shows: theirs, hosts: LOCAL }));
    expect(await answer(foreign.port, caller)).toBe('unavailable');
    await foreign.stop();
    const misnamed = await serve(await files('misnamed', { hosts: ['registry'] }));
    expect(await answer(misnamed.port, caller)).toBe('unavailable');
    await misnamed.stop();
  });

  it('asks callers for nothing when it is told not to', async () => {
    const tls = await files('open', { hosts: LOCAL });
    const server = await serve({ ...tls, verifyClients: false });
    expect(await answer(server.port, await files('nobody', { shows: null }))).toBe('hello');
    expect(await answer(server.port, await files('doubting', { believes: theirs, shows: null }))).toBe(
      'unavailable',
    );
    await server.stop();
  });

  it('shows and believes renewed certificates without a restart', async () => {
    const tls = await files('renewed', { hosts: LOCAL });
    const server = await serve(tls);
    const caller = await files('caller', {});
    const before = await shown(server.port, caller);
    // A renewal that is half written is passed over.
    const next = await ours.issue({ commonName: 'renewed', hosts: LOCAL });
    file('renewed.cert', next.pem);
    expect(await answer(server.port, caller)).toBe('hello');
    file('renewed.key', next.keyPem);
    await eventually(async () => (await shown(server.port, caller)) !== before);
    expect(await answer(server.port, caller)).toBe('hello');

    // A caller that lives on shows its new certificate, and believes the new CA.
    const client = grpcClient(ToyClient, `localhost:${server.port}`, { tls: caller });
    expect(await client.ask({ text: 'one' })).toEqual({ text: 'one' });
    file('renewed.ca', theirs.pem);
    await eventually(async () => (await answer(server.port, await files('old', {}))) === 'unavailable');
    expect(await answer(server.port, await files('new', { shows: theirs }))).toBe('hello');
    client.close();
    await server.stop();
  });

  it('does not start with a key of another certificate, or without its files', async () => {
    const tls = await files('broken', { hosts: LOCAL });
    file('broken.key', theirs.keyPem);
    await expect(serve(tls)).rejects.toMatchObject({ code: 'invalid' });
    await expect(serve({ ...tls, cert: '/nowhere/tls.crt' })).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the bus', () => {
  it('believes the CA alone, shows its certificate, and uses a renewed one at the next connect', async () => {
    const { cert, key, ca } = await files('nats', { hosts: LOCAL });
    const port = await freePort();
    const config = file(
      'nats.conf',
      `listen: 127.0.0.1:${port}
       tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}", verify: true, timeout: 3 }
       authorization { users: [{ user: edge, password: "p@ss/w:rd" }] }`,
    );
    const start = async () => {
      const child = spawn(natsServerBinary(''), ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
      let log = '';
      child.stderr.on('data', (text) => {
        log += text;
      });
      await eventually(() => log.includes('Server is ready'));
      return child;
    };
    const stop = async (child: Awaited<ReturnType<typeof start>>): Promise<void> => {
      child.kill();
      await deadline(once(child, 'exit'), 5_000, 'the end of nats-server');
    };
    const dial = (tls: TlsFiles | undefined, natsPassword = 'p@ss/w:rd') =>
      connectBus({
        url: `nats://localhost:${port}`,
        name: 'test',
        timeoutMs: 0,
        security: { nats: tls, natsUser: 'edge', natsPassword },
      });

    let child = await start();
    const own = await files('edge', {});
    await expect(dial(await files('nobody', { shows: null }))).rejects.toThrow();
    await expect(dial(await files('stranger', { shows: theirs }))).rejects.toThrow();
    await expect(dial(await files('doubting', { believes: theirs }))).rejects.toThrow();
    await expect(dial(own, 'wrong')).rejects.toThrow();
    const bus = await dial(own);
    let reconnects = 0;
    bus.onReconnect(() => reconnects++);

    // Another CA for everybody, and the same process goes on.
    const renewed = await theirs.issue({ commonName: 'edge' });
    const server = await theirs.issue({ commonName: 'nats', hosts: LOCAL });
    await stop(child);
    for (const name of ['edge', 'nats']) file(`${name}.ca`, theirs.pem);
    file('edge.cert', renewed.pem);
    file('edge.key', renewed.keyPem);
    file('nats.cert', server.pem);
    file('nats.key', server.keyPem);
    child = await start();
    await eventually(() => reconnects > 0);
    await bus.close();
    await stop(child);
  });
});
