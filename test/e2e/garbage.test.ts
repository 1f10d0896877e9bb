// Garbage on every path disturbs nobody else, and leaves no memory behind.
import { readFileSync } from 'node:fs';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Peer, rawUpgrade } from './_peer.js';
import { startTestStack, type TestStack } from './_stack.js';

const PATHS = [
  '/api/v1/connection',
  '/socket',
  '/ws/device',
  '/ws/viewer',
  '/socket/websocket?vsn=1.0.0',
  '/socket/websocket?vsn=2.0.0',
  '/device-socket/websocket?vsn=3.0.0',
];
const ROUNDS = 30;
const FRAGMENTS = 10_000;

let mooring: TestStack;
beforeAll(async () => {
  mooring = await startTestStack({ edges: 1 });
});
afterAll(() => mooring?.stop());

// A fixed generator, so that a failure can be seen again.
let seed = 1;
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return seed % below;
}
const randomBytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random(256)));

const WRONG: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '0',
  '"hello"',
  '[1,2,3,4,5]',
  '[null,null,null,null,null]',
  '{"cmd":1}',
  '{"cmd":"hello","deviceId":{}}',
  '{"cmd":"report","deviceId":"1","consumptions":"none"}',
  '{"type":7,"payload":[]}',
  '{"type":"hello","payload":{"device_id":["x"]}}',
  '{"type":"DeviceEvent","bridge_address":"zz","binary_payload":"!!"}',
  '{"type":"BridgeEvent","bridge_address":"000d6f0002ff7a91","json_payload":7}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `{"a":${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}}`,
];

/** One frame as a client sends it; `fin` and `opcode` as given. */
function frame(payload: Buffer, opcode: number, fin = true): Buffer {
  const short = payload.length < 126;
  const long = payload.length > 65_535;
  const size = Buffer.alloc(short ? 1 : long ? 9 : 3);
  if (short) size[0] = 0x80 | payload.length;
  else if (long) size.writeBigUInt64BE(BigInt(payload.length), 1);
  else size.writeUInt16BE(payload.length, 1);
  if (!short) size[0] = 0x80 | (long ? 127 : 126);
  const NO_MASK = Buffer.alloc(4);
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode]), size, NO_MASK, payload]);
}

async function abuse(url: string): Promise<void> {
  const attempts: ((write: (data: Buffer) => void) => void)[] = [
    (write) => write(randomBytes(2_000)),
    (write) => write(frame(randomBytes(5_000), 2)),
    (write) => write(frame(randomBytes(5_000), 1)),
    (write) => write(frame(Buffer.alloc(3_000_000, 'x'), 1)),
    (write) => write(frame(Buffer.from('{"cmd":"hello"'), 1).subarray(0, 9)),
    (write) => {
      write(frame(Buffer.from('{'), 1, false));
      for (let i = 0; i < FRAGMENTS; i++) write(frame(Buffer.from(' '), 0, false));
      write(frame(Buffer.from('}'), 0));
    },
    (write) => {
      for (const text of WRONG) write(frame(Buffer.from(text), 1));
    },
  ];
  for (const attempt of attempts) {
    const socket = await rawUpgrade(url);
    attempt((data) => void socket.write(data));
    await eventually(() => socket.destroyed || socket.writableLength === 0);
    socket.destroy();
  }
}

const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

it('every other heartbeat is answered, and memory stays flat', { timeout: 240_000 }, async () => {
  const [url = ''] = mooring.edges;
  const camera = await Peer.open(`${url}/ws/device`);
  camera.send({ type: 'hello', payload: { device_id: 'cam-calm' } });
  await camera.message('hello_ack');
  const viewer = await Peer.open(`${url}/ws/viewer`);
  viewer.send({ type: 'hello', payload: { token: mooring.file.owner.token } });
  await viewer.message('hello_ack');
  const nerves = await Peer.open(`${url}/socket/websocket?vsn=2.0.0`);
  const plug = await Peer.open(`${url}/socket`);
  plug.send({ cmd: 'hello', deviceId: '555', v: 2 });
  await plug.message('"ok":true');

  const pid = mooring.pid('edge-1');
  let warmMiB = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(PATHS.map((path) => abuse(`${url}${path}`)));
    const id = `round-${round}`;
    camera.send({ type: 'heartbeat', request_id: id, payload: {} });
    viewer.send({ type: 'heartbeat', request_id: id, payload: {} });
    nerves.send(JSON.stringify([null, id, 'phoenix', 'heartbeat', {}]));
    plug.send({ cmd: 'hello', deviceId: '555', v: 2 });
    await Promise.all([camera.message(id), viewer.message(id), nerves.message(id)]);
    await eventually(() => plug.received.length >= round + 2);
    // The heap settles in the first rounds.
    if (round === ROUNDS / 3) warmMiB = residentMiB(pid);
  }
  expect([camera, viewer, nerves, plug].map(({ closed }) => closed)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(mooring.pid('edge-1')).toBe(pid);
  expect(residentMiB(pid)).toBeLessThan(warmMiB + 40);
});
