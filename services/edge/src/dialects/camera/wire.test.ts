// The envelope codec against the vectors, odd envelopes and arbitrary bytes.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../dialect.js';
import { type Decoded, decode, encode, isIdentifier, MAX_REQUEST_ID, parseTs } from './wire.js';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: { readonly ts?: string };
  readonly expected: { readonly epoch_ms?: number; readonly regex?: string };
}
const file = new URL('../../../../../test/vectors/camera.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
const ofKind = (kind: string) => vectors.filter((vector) => vector.kind === kind);
const emittedTs = new RegExp(ofKind('ts_emit')[0]?.expected.regex ?? 'no vector');

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (envelope: unknown): Decoded => decode(bytes(JSON.stringify(envelope)));

describe('vectors', () => {
  it.each(ofKind('ts_accept'))('accepts $name', ({ input, expected }) => {
    const message = read({ type: 'heartbeat', ts: input.ts, payload: {} });
    expect(message).toMatchObject({ kind: 'message', tsMs: expected.epoch_ms, odd: [] });
  });

  it.each(ofKind('ts_tolerate'))('tolerates and notes $name', ({ input }) => {
    const message = read({ type: 'heartbeat', ts: input.ts, payload: {} });
    expect(message).toMatchObject({ kind: 'message', odd: ['ts'] });
    expect(message).not.toHaveProperty('tsMs');
  });
});

describe('decode', () => {
  it('treats a missing payload as empty and ignores extra members', () => {
    expect(read({ type: 'x', ts: '2025-01-01T00:00:00Z', extra: 1 })).toEqual({
      kind: 'message',
      type: 'x',
      tsMs: 1735689600000,
      payload: {},
      odd: [],
    });
  });

  it.each([
    ['null', null, []],
    ['a number', 7, ['request_id']],
    ['an object', {}, ['request_id']],
    ['an overlong string', 'x'.repeat(MAX_REQUEST_ID + 1), ['request_id']],
  ])('has no request id for %s', (_, requestId, odd) => {
    const message = read({ type: 'x', ts: '2025-01-01T00:00:00Z', request_id: requestId });
    expect(message).toMatchObject({ kind: 'message', odd });
    expect(message).not.toHaveProperty('requestId');
  });

  it.each([
    ['broken JSON', '{', 'json'],
    ['nothing', '', 'json'],
    ['an array', '[]', 'envelope'],
    ['null', 'null', 'envelope'],
    ['a type that is no string', '{"type":1}', 'envelope'],
    ['a payload that is an array', '{"type":"x","payload":[]}', 'payload'],
    ['a payload that is null', '{"type":"x","payload":null}', 'payload'],
  ])('finds %s malformed', (_, text, what) => {
    expect(decode(bytes(text))).toEqual({ kind: 'malformed', what });
  });

  it('keeps the request id of a message whose payload is malformed', () => {
    expect(read({ type: 'x', request_id: 'r', payload: 'text' })).toMatchObject({ requestId: 'r' });
  });

  it('finds bytes that are not UTF-8 malformed', () => {
    const data = Uint8Array.from([...bytes('{"type":"'), 0xff, ...bytes('"}')]);
    expect(decode(data)).toEqual({ kind: 'malformed', what: 'json' });
  });

  it('keeps nothing of the frame', () => {
    const data = bytes('{"type":"heartbeat"}');
    const message = decode(data);
    data.fill(0);
    expect(message).toMatchObject({ type: 'heartbeat' });
  });

  it('is total over bytes and over JSON', () => {
    fc.assert(fc.property(fc.uint8Array(), (data) => decode(data).kind !== undefined));
    fc.assert(fc.property(fc.json(), (text) => decode(bytes(text)).kind !== undefined));
  });
});

describe('encode', () => {
  const payloads = fc.dictionary(
    fc.string(),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    {
      noNullPrototype: true,
    },
  );
  const times = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });

  it('writes what decode reads, with a ts as specified and never a null request id', () => {
    const property = fc.property(
      fc.string(),
      payloads,
      times,
      fc.option(fc.string({ maxLength: MAX_REQUEST_ID }), { nil: undefined }),
      (type, payload: JsonObject, now, requestId) => {
        const text = encode(type, payload, now, requestId);
        const envelope = JSON.parse(text) as { ts: string; request_id?: unknown };
        expect(envelope.ts).toMatch(emittedTs);
        expect(envelope.request_id).toBe(requestId);
        const message = decode(bytes(text));
        expect(message).toMatchObject({ kind: 'message', type, tsMs: now, odd: [] });
        expect(JSON.stringify(message.kind === 'message' && message.payload)).toBe(JSON.stringify(payload));
      },
    );
    fc.assert(property);
  });
});

describe('parseTs', () => {
  it.each([
    '2025-13-01T00:00:00Z',
    '2025-01-01',
    '2025-01-01T00:00:00+2',
    '1735689600',
    '2025-01-01T00:00:00Zx',
  ])('finds %s odd', (ts) => expect(parseTs(ts)).toBeUndefined());
});

describe('isIdentifier', () => {
  it.each(['a', 'kitchen-cam-001', 'Küche 1', 'x'.repeat(128)])('takes %s', (value) => {
    expect(isIdentifier(value)).toBe(true);
  });
  it.each(['', 'x'.repeat(129), 'a\nb', 'a\u0000', 'a\u007f', '\ud800', 7, null, undefined])(
    'refuses %j',
    (value) => {
      expect(isIdentifier(value)).toBe(false);
    },
  );
});
