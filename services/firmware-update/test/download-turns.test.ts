// Downloads that wait for their turn, on a real NATS and Postgres: in order, abandoned, turned away, and as devices bear it.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { eventually } from '@mooring/harness';
import { exposition, uuidv7 } from '@mooring/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Signer } from '../src/uploads/_archive.js';
import { made, parts, trust } from './_files.js';
import { type Replica, type Service, service } from './_service.js';

// So much that no buffer on the way holds it.
const LARGE_BYTES = 24_000_000;
const owner = uuidv7();
// Where nothing waits for longer than the test, everything that ends, ends by what the test does.
const env = {
  FIRMWARE_DOWNLOADS: '1',
  FIRMWARE_DOWNLOADS_WAITING: '2',
  FIRMWARE_DOWNLOAD_WAIT_S: '600',
  FIRMWARE_DOWNLOAD_STALL_S: '600',
};
let running: Service;
let path: string;

beforeAll(async () => {
  running = await service(env);
  const signer = new Signer();
  await trust(running.artifacts, owner, signer.key.publicKey);
  const sent = parts(owner, made(signer, randomBytes(LARGE_BYTES)));
  const uuid = (await running.artifacts.uploadArtifact(sent)).artifact?.uuid ?? '';
  const { url } = await running.artifacts.linkArtifact({ organizationIds: [owner], uuid });
  path = new URL(url).pathname;
});
afterAll(() => running?.stop());

const clients = new Set<Client>();
afterEach(async () => {
  for (const { socket } of clients.values()) socket.destroy();
  clients.clear();
  await turns({ running: 0, waiting: 0 });
});

interface Client {
  readonly socket: Socket;
  /** The first line of the answer; empty when the connection ends without one. */
  readonly begun: Promise<string>;
}

/** A client that asks for everything and reads nothing but the beginning. */
function client({ base }: Replica = running, headers = ''): Client {
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
  const begun = new Promise<string>((resolve) => {
    socket.once('data', (data) => {
      socket.pause();
      resolve(data.toString('latin1').split('\r\n')[0] ?? '');
    });
    socket.once('close', () => resolve(''));
  });
  const made = { socket, begun };
  clients.add(made);
  return made;
}

const told = async (): Promise<string> => (await exposition(false)).body;

/** Resolves when so many are running and waiting. */
async function turns(count: { readonly running: number; readonly waiting: number }): Promise<void> {
  await eventually(async () => {
    const body = await told();
    expect(body).toContain(`mooring_firmware_downloads_running ${count.running}\n`);
    expect(body).toContain(`mooring_firmware_downloads_waiting ${count.waiting}\n`);
    return true;
  });
}

async function ended(outcome: string): Promise<number> {
  const metric = `mooring_firmware_download_turns_total{outcome="${outcome}"} `;
  const line = (await told()).split('\n').find((each) => each.startsWith(metric));
  return Number(line?.slice(metric.length) ?? 0);
}

/** One that has its turn, and two that wait for theirs in this order. */
async function three(): Promise<[Client, Client, Client]> {
  const first = client();
  await first.begun;
  const second = client();
  await turns({ running: 1, waiting: 1 });
  const third = client();
  await turns({ running: 1, waiting: 2 });
  return [first, second, third];
}

describe('a download beyond those at once', () => {
  it('waits for its turn, in the order of arrival', async () => {
    const [first, second, third] = await three();
    first.socket.destroy();
    expect(await second.begun).toBe('HTTP/1.1 200 OK');
    await turns({ running: 1, waiting: 1 });
    second.socket.destroy();
    expect(await third.begun).toBe('HTTP/1.1 200 OK');
  });

  it('gives up its place as soon as the client goes', async () => {
    const before = await ended('left');
    const [first, second, third] = await three();
    second.socket.destroy();
    await turns({ running: 1, waiting: 1 });
    expect(await ended('left')).toBe(before + 1);
    first.socket.destroy();
    expect(await third.begun).toBe('HTTP/1.1 200 OK');
  });

  it('is told to come again when as many wait as may, and a device is hung up on, which it survives', async () => {
    const before = await ended('full');
    await three();
    const answer = await fetch(running.base + path);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await client(running, 'x-retry-number: 0\r\n').begun).toBe('');
    expect(await ended('full')).toBe(before + 2);
  });

  it('is told so as well when its turn does not come in time, or the server stops', async () => {
    const before = await ended('late');
    const hasty = await running.another({ FIRMWARE_DOWNLOAD_WAIT_S: '1' });
    const held = client(hasty);
    await held.begun;
    const [person, device] = [client(hasty), client(hasty, 'x-retry-number: 3\r\n')];
    expect(await person.begun).toBe('HTTP/1.1 503 Service Unavailable');
    expect(await device.begun).toBe('');
    expect(await ended('late')).toBe(before + 2);
    held.socket.destroy();
    await hasty.stop();
    const stopping = await running.another();
    const holder = client(stopping);
    await holder.begun;
    const waiting = client(stopping, 'x-retry-number: 0\r\n');
    await turns({ running: 1, waiting: 1 });
    const stopped = stopping.stop();
    expect(await waiting.begun).toBe('');
    holder.socket.destroy();
    await stopped;
    expect(await ended('late')).toBe(before + 3);
  }, 60_000);
});
