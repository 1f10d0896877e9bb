// A TURN server for tests: coturn on loopback, with credentials as TURN's REST API makes them (camera.md 5.3 and 10.1).
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deadline, Fault } from '@mooring/runtime';
import { freePort, launched } from '@mooring/stack';
import { debianProgram } from './debian.js';
import { eventually } from './eventually.js';

const PROGRAM = 'usr/bin/turnserver';
const CLIENT = 'usr/bin/turnutils_uclient';
const PACKAGE = { name: 'coturn', programs: [PROGRAM, CLIENT] };
const HOST = '127.0.0.1';
const RELAY_PORTS = 100;
const LOG_CHARACTERS = 500_000;

export interface TestTurn {
  /** `turn:127.0.0.1:PORT?transport=udp`. */
  readonly url: string;
  readonly port: number;
  /** What credentials are signed with. */
  readonly secret: string;
  readonly pid: number;
  /** What it has written; the newest half a million characters. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts one that relays to loopback addresses too. Resolves when it answers. Fault `unavailable` where coturn is neither
 * installed nor to be fetched: a test that can do without it skips, and says so.
 */
export async function testTurn(): Promise<TestTurn> {
  const program = debianProgram(PACKAGE, ['/usr/bin/turnserver', '/usr/sbin/turnserver'], PROGRAM);
  const directory = mkdtempSync(path.join(tmpdir(), 'mooring-test-turn-'));
  const [port, firstRelayPort] = [await freePort(), await freeUdpPorts(RELAY_PORTS)];
  const secret = randomBytes(18).toString('base64url');
  const configuration = path.join(directory, 'turnserver.conf');
  writeFileSync(configuration, configurationOf({ directory, port, firstRelayPort, secret }), { mode: 0o600 });

  const child = spawn(program, ['-c', configuration], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const server = launched('turnserver', child);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      log = (log + data.toString()).slice(-LOG_CHARACTERS);
    });
  }
  let ended: string | undefined;
  void server.exited.then((why) => {
    ended = why;
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await eventually(() => ended !== undefined || answers(port), { what: 'an answer of turnserver' });
    if (ended !== undefined) throw new Fault('unavailable', `${ended}: ${log.trim().split('\n').at(-1)}`);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `turn:${HOST}:${port}?transport=udp`;
  return { url, port, secret, pid: server.pid, log: () => log, stop };
}

/** The program that comes with coturn to try one out. Faults as `testTurn`. */
export function turnClient(): string {
  return debianProgram(PACKAGE, ['/usr/bin/turnutils_uclient'], CLIENT);
}

interface Configuration {
  readonly directory: string;
  readonly port: number;
  readonly firstRelayPort: number;
  readonly secret: string;
}

function configurationOf({ directory, port, firstRelayPort, secret }: Configuration): string {
  return [
    `listening-port=${port}`,
    `listening-ip=${HOST}`,
    `relay-ip=${HOST}`,
    `min-port=${firstRelayPort}`,
    `max-port=${firstRelayPort + RELAY_PORTS - 1}`,
    'fingerprint',
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'realm=camera.test',
    'no-tls',
    'no-dtls',
    'no-cli',
    // Without it every peer on this machine is forbidden.
    'allow-loopback-peers',
    `pidfile=${path.join(directory, 'turnserver.pid')}`,
    `userdb=${path.join(directory, 'turndb')}`,
    'verbose',
    'simple-log',
    'log-file=stdout',
    '',
  ].join('\n');
}

/** Whether something answers a STUN binding request (RFC 8489 6) within a fifth of a second. */
async function answers(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  const request = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)]);
  const answered = new Promise<boolean>((resolve) => {
    socket.on('error', () => resolve(false));
    socket.on('message', (message) => resolve(message.length >= 20 && message.readUInt16BE(0) === 0x0101));
  });
  try {
    socket.send(request, port, HOST);
    return await deadline(answered, 200, 'a binding response');
  } finally {
    socket.close();
  }
}

/** The first of as many UDP ports in a row that nobody has bound, below those that systems give out by themselves. */
async function freeUdpPorts(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(20_000, 32_000 - count);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const sockets = await Promise.all(ports.map(bound));
    for (const socket of sockets) socket?.close();
    if (!sockets.includes(undefined)) return first;
  }
}

function bound(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(port, HOST, () => resolve(socket));
  });
}
