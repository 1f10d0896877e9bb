// A device's socket: comes back after a loss with its back-off, and stays away once closed.
import { afterEach, describe, expect, it } from 'vitest';
import { type TestServer, type TestServerOptions, testServer } from './_server.js';
import { link } from './link.js';
import { Observations } from './observations.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await testServer(options);
  cleanups.push(server.close);
  return server;
}

function start(url: string, retryMs: (failures: number) => number | undefined, signal?: AbortSignal) {
  const seen = new Observations<string>(3);
  const refusals: number[] = [];
  const connection = link(
    {
      url,
      open: (socket) => socket.send('here'),
      message: (text) => seen.take(text),
      refused: (status) => refusals.push(status),
      retryMs,
    },
    seen,
    { url, identifier: 'x', ...(signal === undefined ? {} : { signal }) },
  );
  cleanups.push(connection.close);
  return { seen, connection, refusals };
}

describe('link', () => {
  it('opens, keeps only the newest messages, and tells how the socket ended', async () => {
    const server = await serve();
    const { seen, connection } = start(server.url, () => undefined);
    const peer = await server.socket(0);
    await peer.seen.until(() => peer.seen.received.includes('here'), 'the first text');
    for (const text of ['a', 'b', 'c', 'd']) peer.send(text);
    await seen.until(() => seen.receivedCount === 4, 'four messages');
    expect(seen.received).toEqual(['b', 'c', 'd']);
    expect(seen.connected).toBe(true);
    peer.close(1008, 'Device not found');
    await connection.done;
    expect(seen.lastClose).toEqual({ code: 1008, reason: 'Device not found' });
    expect(seen.connected).toBe(false);
  });

  it('comes back after a loss, with failures counted from the last open', async () => {
    const server = await serve({ open: (peer) => peer.drop() });
    const failures: number[] = [];
    const { seen } = start(server.url, (count) => {
      failures.push(count);
      return 1;
    });
    await seen.until(() => seen.connects >= 3, 'three connects');
    expect(new Set(failures)).toEqual(new Set([0]));
    await server.close();
    await seen.until(() => failures.includes(2), 'two failures in a row');
    expect(seen.lastClose?.code).toBe(1006);
  });

  it('reports a refused upgrade', async () => {
    const server = await serve({ refuse: () => ({ status: 401, headers: [] }) });
    const { seen, connection, refusals } = start(server.url, () => undefined);
    await connection.done;
    expect(refusals).toEqual([401]);
    expect(seen.lastRefusal).toBe(401);
    expect(seen.connects).toBe(0);
  });

  it('closes with 1000 and does not come back, by close or by signal', async () => {
    const server = await serve();
    const abort = new AbortController();
    const first = start(server.url, () => 1);
    const second = start(server.url, () => 1, abort.signal);
    await first.seen.until(() => first.seen.connected, 'the first open');
    await second.seen.until(() => second.seen.connected, 'the second open');
    await first.connection.close();
    expect(first.seen.lastClose?.code).toBe(1000);
    abort.abort();
    await second.connection.done;
    expect(server.sockets.receivedCount).toBe(2);
  });

  it('can be closed while it waits to reconnect', async () => {
    const { connection, seen } = start('ws://127.0.0.1:1', () => 3_600_000);
    await seen.until(() => seen.lastClose !== undefined, 'the first failure');
    await connection.close();
    expect(seen.connects).toBe(0);
  });
});
