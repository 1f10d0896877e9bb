// WebSocket framing as the plug's vectors have it, byte for byte on raw sockets.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEdge, type TestEdge } from './_edge.js';

/** Members that a kind does not have are never read of it. */
interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: {
    readonly sec_websocket_key: string;
    readonly hex: string;
    readonly cut_points: readonly number[];
    readonly payload_length: number;
  };
  readonly expected: {
    readonly sec_websocket_accept: string;
    readonly text: string;
    readonly header_hex_before_mask: string;
  };
}

const file = new URL('../../../test/vectors/kinetid.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };
const of = (kind: string): Vector[] => vectors.filter((vector) => vector.kind === kind);

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge?.stop());

const PLUG = '39628657580236';
const readings = () => edge.readings.filter(({ identifier }) => identifier === PLUG);

/** An upgraded connection and the head that it was answered with. */
async function upgrade(key = 'dGhlIHNhbXBsZSBub25jZQ=='): Promise<{ socket: Socket; head: string }> {
  const { hostname, port } = new URL(edge.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let head = '';
  socket.on('data', (data) => {
    head += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(
    `GET /socket HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
  );
  await eventually(() => head.includes('\r\n\r\n'), { what: 'the answer to the upgrade' });
  return { socket, head };
}

/** A masked text frame whose header is the given one. */
function frame(header: Buffer, text: string): Buffer {
  return Buffer.concat([header, Buffer.alloc(4), Buffer.from(text)]);
}

const hello = Buffer.from(JSON.stringify({ cmd: 'hello', deviceId: PLUG }));
const helloFrame = frame(Buffer.from([0x81, 0x80 | hello.length]), hello.toString());
const admissions = () => edge.registry.admitted.filter(({ identifier }) => identifier === PLUG).length;

async function greeted(): Promise<Socket> {
  const { socket } = await upgrade();
  const before = admissions();
  socket.write(helloFrame);
  await eventually(() => admissions() > before, { what: 'the admission' });
  return socket;
}

it.each(of('handshake'))('$name', async ({ input, expected }) => {
  const { socket, head } = await upgrade(input.sec_websocket_key);
  expect(head.toLowerCase()).toContain(
    `sec-websocket-accept: ${expected.sec_websocket_accept}`.toLowerCase(),
  );
  expect(head).toContain(expected.sec_websocket_accept);
  // Every line ends with CRLF: some clients accept nothing else.
  expect(head.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  socket.destroy();
});

describe('frames', () => {
  it.each(of('frame_decode'))('$name is understood', async ({ input, expected }) => {
    const { text } = expected;
    const before = { admitted: admissions(), readings: readings().length };
    const isHello = text.includes('hello');
    const socket = isHello ? (await upgrade()).socket : await greeted();
    socket.write(Buffer.from(input.hex, 'hex'));
    if (isHello) await eventually(() => admissions() === before.admitted + 1);
    if (text.includes('report')) await eventually(() => readings().length === before.readings + 1);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it.each(of('coalesced'))('$name: two in one write are two', async ({ input }) => {
    const { socket } = await upgrade();
    const before = { admitted: admissions(), readings: readings().length };
    const report = JSON.stringify({
      cmd: 'report',
      deviceId: PLUG,
      consumptions: [{ interval: 60, consumption: 7 }],
    });
    const last = frame(Buffer.from([0x81, 0x80 | report.length]), report);
    socket.write(Buffer.concat([Buffer.from(input.hex, 'hex'), last]));
    await eventually(() => admissions() === before.admitted + 1 && readings().length === before.readings + 1);
    socket.destroy();
  });

  it.each(of('split'))('$name: one that is cut anywhere is one', async ({ input }) => {
    const whole = Buffer.from(input.hex, 'hex');
    const socket = await greeted();
    for (const cut of input.cut_points) {
      const before = readings().length;
      // The second part leaves only once the first one has arrived, so they are two reads.
      const drained = new Promise<void>((resolve) => socket.write(whole.subarray(0, cut), () => resolve()));
      await drained;
      const seen = await new Promise<void>((resolve) => setImmediate(resolve)).then(() => readings().length);
      expect(seen).toBe(before);
      socket.write(whole.subarray(cut));
      await eventually(() => readings().length === before + 1, { what: `the report cut at ${cut}` });
    }
    socket.destroy();
  });

  it.each(of('frame_header'))('$name', async ({ input, expected }) => {
    const length = input.payload_length;
    const report = { cmd: 'report', deviceId: PLUG, consumptions: [{ interval: 60, consumption: 9 }] };
    const bare = JSON.stringify(report);
    const socket = await greeted();
    const before = readings().length;
    // Spaces are part of JSON: the message is as long as the vector wants it.
    const text = length < bare.length ? ' '.repeat(length) : bare + ' '.repeat(length - bare.length);
    socket.write(frame(Buffer.from(expected.header_hex_before_mask, 'hex'), text));
    if (length > 64 * 1024) {
      // More than a plug may send at once: its connection ends, with a word why.
      await eventually(() => socket.readableEnded || socket.destroyed, { what: 'the end of the connection' });
      expect(readings()).toHaveLength(before);
      return;
    }
    const proof = frame(Buffer.from([0x81, 0x80 | bare.length]), bare);
    socket.write(proof);
    const more = length < bare.length ? 1 : 2;
    await eventually(() => readings().length === before + more, { what: `a message of ${length} bytes` });
    socket.destroy();
  });
});
