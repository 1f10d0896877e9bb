// Every conversation vector, driven through the machine over the stub channels it was recorded with.

import { decode as unpack } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import type { Effect, Json } from '../dialect.js';
import { helloFor, Rig, type Seen, vectorsOf } from './_rig.js';
import { stubChannels } from './_stub-channels.js';
import { nerveshubOver } from './nerveshub.js';

type Line =
  | { send: string }
  | { send_hex: string }
  | { send_raw_frame_hex: string }
  | { send_generated: { total_bytes: number } }
  | { recv: Json }
  | { recv_hex: string }
  | { closed: number };

interface Input {
  readonly path: string;
}

const dialect = nerveshubOver(stubChannels);
const all = vectorsOf<Input, { transcript?: readonly Line[] }>('conversation');

/** About the socket below the machine: pings, idle time, compression, the client's own close, frames over the limit. */
const BELOW = [
  'conversation: bad: ws close by client 4001',
  'conversation: ws ping',
  'conversation: 1 MiB text push',
  'conversation: idle timeout, server timeout 3000ms, client silent',
  'conversation: ws-level pings each 1s, server timeout 3000ms',
  'conversation: text frame of 10100000 bytes, not joined',
];

const BY_HAND = [
  'conversation: topics: devices, device:1, device:999, nope, firmware:uuid',
  'conversation: 101 channels',
  'conversation: heartbeats each 1s, server timeout 3000ms',
];

const ok = (response: Json): Json => ({ status: 'ok', response });

/** What we answer where the reference does otherwise, by the line sent. */
const OURS = new Map<string, readonly Seen[]>([
  // Refs are compared as text and echoed in the type received.
  ['["1",3,"device","echo",{}]', [{ recv: ['1', 3, 'device', 'phx_reply', ok({})] }]],
  ['[6,"9","device","echo",{"n":9}]', [{ recv: [6, '9', 'device', 'phx_reply', ok({ n: 9 })] }]],
  // A version that is not text is passed over instead of crashing the join.
  [
    '["3","3","extensions","phx_join",{"health":1}]',
    [
      { recv: ['3', '3', 'extensions', 'phx_reply', ok([])] },
      { recv: ['1', '1', 'extensions', 'phx_close', {}] },
    ],
  ],
]);

function rigFor(path: string) {
  return new Rig(dialect, helloFor(path.split('?')[1] ?? ''));
}

function send(rig: ReturnType<typeof rigFor>, line: Line): readonly Effect[] | undefined {
  if ('send' in line) return rig.text(line.send);
  if ('send_hex' in line) return rig.binary(Buffer.from(line.send_hex, 'hex'));
  if ('send_raw_frame_hex' in line) return rig.text(unmasked(Buffer.from(line.send_raw_frame_hex, 'hex')));
  if ('send_generated' in line) return rig.text(padded(line.send_generated.total_bytes));
  return undefined;
}

/** The payload of a masked frame of less than 126 bytes. */
function unmasked(frame: Buffer): Uint8Array {
  const mask = frame.subarray(2, 6);
  return frame.subarray(6).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
}

function padded(totalBytes: number): string {
  const frame = (x: string) => JSON.stringify(['1', '1', 'device', 'echo', { x }]);
  return frame('a'.repeat(totalBytes - frame('').length));
}

describe('recorded transcripts', () => {
  const recorded = all.filter(({ name }) => !BELOW.includes(name) && !BY_HAND.includes(name));

  it.each(recorded)('$name', ({ input, expected }) => {
    const rig = rigFor(input.path);
    const lines = expected.transcript ?? [];
    expect(lines.length).toBeGreaterThan(0);
    for (const [index, line] of lines.entries()) {
      const effects = send(rig, line);
      if (effects === undefined) continue;
      const rest = lines.slice(index + 1);
      const end = rest.findIndex((next) => !('recv' in next || 'recv_hex' in next || 'closed' in next));
      const recorded = (end < 0 ? rest : rest.slice(0, end)) as readonly Seen[];
      const ours = 'send' in line ? OURS.get(line.send) : undefined;
      expect(rig.seen(effects)).toEqual(ours ?? recorded.map((seen) => readable(seen, input.path)));
    }
  });

  it('leaves out only what is named here', () => {
    expect(recorded).toHaveLength(all.length - BELOW.length - BY_HAND.length);
    expect(recorded.length).toBeGreaterThanOrEqual(30);
  });
});

/** MsgPack is compared by value, because the order of keys is not significant. */
function readable(seen: Seen, path: string): Seen {
  if (!('recv_hex' in seen) || !path.includes('vsn=3')) return seen;
  return { recv: unpack(Buffer.from(seen.recv_hex, 'hex')) as Json };
}

describe('where we differ on purpose', () => {
  it('takes all spellings of the own topic, answers with them, and refuses another device', () => {
    const rig = rigFor('?vsn=2.0.0');
    const firstSeen = (topic: string, ref: string) =>
      rig.seen(rig.json([ref, ref, topic, 'phx_join', {}]))[0];
    for (const [index, topic] of ['devices', 'device:1', 'device:device-1234', 'firmware:abc'].entries()) {
      const ref = String(index);
      expect(firstSeen(topic, ref)).toEqual({ recv: [ref, ref, topic, 'phx_reply', ok({})] });
    }
    const refusal = { status: 'error', response: { error: 'could not connect' } };
    expect(firstSeen('device:999', '8')).toEqual({ recv: ['8', '8', 'device:999', 'phx_reply', refusal] });
    const none = { status: 'error', response: { reason: 'unmatched topic' } };
    expect(firstSeen('nope', '9')).toEqual({ recv: [null, '9', 'nope', 'phx_reply', none] });
  });

  it('opens 100 channels and no more', () => {
    const rig = rigFor('?vsn=2.0.0');
    for (let i = 1; i <= 100; i += 1) {
      const ref = String(i);
      const seen = rig.seen(rig.json([ref, ref, `room:${i}`, 'phx_join', {}]));
      expect(seen).toEqual([{ recv: [ref, ref, `room:${i}`, 'phx_reply', ok({})] }]);
    }
    const full = { status: 'error', response: { reason: 'too many channels joined' } };
    const seen = rig.seen(rig.json(['101', '101', 'room:101', 'phx_join', {}]));
    expect(seen).toEqual([{ recv: ['101', '101', 'room:101', 'phx_reply', full] }]);
    expect(rig.seen(rig.json(['102', '102', 'room:7', 'phx_join', {}]))).toHaveLength(2);
  });

  it('answers each heartbeat', () => {
    const rig = rigFor('?vsn=2.0.0');
    for (const ref of ['0', '1', '2', '3', '4']) {
      const seen = rig.seen(rig.json([null, ref, 'phoenix', 'heartbeat', {}]));
      expect(seen).toEqual([{ recv: [null, ref, 'phoenix', 'phx_reply', ok({})] }]);
    }
  });

  it('lets the sockets cut frames above 10 000 000 bytes', () => {
    expect(padded(9_900_000).length).toBeLessThan(dialect.limits.maxFrameBytes);
    expect(dialect.limits.maxFrameBytes).toBe(10_000_000);
    expect(dialect.closeFor('too_big').code).toBe(1009);
  });
});

describe('close codes', () => {
  it.each(vectorsOf<{ situation: string }, { code: number }>('close_code'))(
    '$name',
    ({ input, expected }) => {
      switch (input.situation) {
        case 'bad json or shape': {
          const rig = rigFor('?vsn=2.0.0');
          expect(rig.seen(rig.text('{oops'))).toEqual([{ closed: expected.code }]);
          break;
        }
        case 'server disconnect or replaced':
          expect(dialect.closeFor('operator').code).toBe(expected.code);
          expect(dialect.closeFor('replaced').code).toBe(expected.code);
          break;
        case 'drain':
          expect(dialect.closeFor('drain').code).toBe(expected.code);
          break;
        case 'inflate bomb ratio over 25':
          expect(dialect.closeFor('too_big').code).toBe(expected.code);
          break;
        case 'idle 180s':
          expect(dialect.limits.idleS).toBe(180);
          break;
        default:
          // The client's own close is echoed by the socket and never begun here.
          expect(input.situation).toBe('client asked');
      }
    },
  );

  it('never is 1000', () => {
    const reasons = [
      'drain',
      'replaced',
      'overload',
      'too_fast',
      'too_big',
      'unavailable',
      'internal',
      'operator',
    ] as const;
    for (const reason of reasons) expect(dialect.closeFor(reason).code).not.toBe(1000);
  });
});
