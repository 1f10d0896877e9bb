// The four serializers: every frame vector in its direction, odd frames, bounds and round trips.
import { encode as pack, decode as unpack } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../dialect.js';
import { vectorsOf } from './_rig.js';
import type { ClientMessage, Ref, ServerMessage } from './message.js';
import { decode, encode, Serializer, serializerFor } from './wire.js';

interface Fields {
  readonly join_ref?: Ref;
  readonly ref: Ref;
  readonly topic: string;
  readonly event: string;
  readonly payload: Json;
}

type Direction = 'c2s' | 's2c';

const text = (value: string) => ({ data: Buffer.from(value), binary: false });
const binary = (value: Uint8Array) => ({ data: value, binary: true });
const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** The message that a server says with these fields. */
function said({ join_ref: joinRef = null, ref, topic, event, payload }: Fields): ServerMessage {
  if (event === 'phx_reply') {
    const { status, response } = payload as { status: 'ok' | 'error'; response: Json };
    return { kind: 'reply', joinRef, ref, topic, status, response };
  }
  if (event === 'phx_close' || event === 'phx_error')
    return { kind: 'closing', joinRef, topic, event, payload };
  return joinRef === null
    ? { kind: 'broadcast', topic, event, payload }
    : { kind: 'push', joinRef, topic, event, payload };
}

function heard({ join_ref: joinRef = null, ref, topic, event, payload }: Fields): ClientMessage {
  return { kind: 'message', joinRef, ref, topic, event, payload };
}

describe('vectors', () => {
  it.each([
    ...vectorsOf<{ direction: Direction; text: string }, Fields>('frame_v2_text').map((v) => ({
      ...v,
      as: Serializer.v2,
    })),
    ...vectorsOf<{ direction: Direction; text: string }, Fields>('frame_v1_text').map((v) => ({
      ...v,
      as: Serializer.v1,
    })),
  ])('$name', ({ input, expected, as }) => {
    if (input.direction === 'c2s') expect(decode(as, text(input.text))).toEqual(heard(expected));
    else expect(JSON.parse(String(encode(as, said(expected))))).toEqual(JSON.parse(input.text));
  });

  it.each(
    vectorsOf<
      { direction: Direction; kind: string; hex: string },
      { join_ref: string; ref: string; topic: string; event: string; status: 'ok'; data_hex: string }
    >('frame_v2_binary'),
  )('$name', ({ input, expected }) => {
    const { join_ref: joinRef, ref, topic, event, status } = expected;
    const payload = new Uint8Array(bytes(expected.data_hex));
    if (input.direction === 'c2s') {
      const message = { kind: 'message', joinRef, ref, topic, event, payload };
      expect(decode(Serializer.v2, binary(bytes(input.hex)))).toEqual(message);
      return;
    }
    const message: ServerMessage =
      input.kind === 'reply'
        ? { kind: 'reply', joinRef, ref, topic, status, response: payload }
        : { kind: 'broadcast', topic, event, payload };
    expect(Buffer.from(encode(Serializer.v2, message)).toString('hex')).toBe(input.hex);
  });

  it.each(
    vectorsOf<{ direction: Direction; hex: string }, { value: [Ref, Ref, string, string, Json] }>(
      'frame_v3_msgpack',
    ),
  )('$name', ({ input, expected }) => {
    const [join_ref, ref, topic, event, payload] = expected.value;
    const fields = { join_ref, ref, topic, event, payload };
    if (input.direction === 'c2s')
      expect(decode(Serializer.v3, binary(bytes(input.hex)))).toEqual(heard(fields));
    else expect(Buffer.from(encode(Serializer.v3, said(fields))).toString('hex')).toBe(input.hex);
  });

  it.each(
    vectorsOf<{ direction: Direction; frame: [Ref, Ref, string, string, Json] }, unknown>('sample_frame'),
  )('$name', ({ input }) => {
    const [join_ref, ref, topic, event, payload] = input.frame;
    const fields = { join_ref, ref, topic, event, payload };
    if (input.direction === 'c2s') {
      expect(decode(Serializer.v2, text(JSON.stringify(input.frame)))).toEqual(heard(fields));
      expect(decode(Serializer.v3, binary(pack(input.frame)))).toEqual(heard(fields));
    } else {
      expect(JSON.parse(String(encode(Serializer.v2, said(fields))))).toEqual(input.frame);
      expect(unpack(Buffer.from(encode(Serializer.v3, said(fields))))).toEqual(input.frame);
    }
  });
});

describe('versions', () => {
  it.each([
    ['', 'v1'],
    ['vsn=1.0.0', 'v1'],
    ['?vsn=2.0.0', 'v2'],
    ['a=b&vsn=2', 'v2'],
    ['vsn=2.1.0', 'v2'],
    ['vsn=3.0.0', 'v3'],
    ['vsn=', undefined],
    ['vsn=abc', undefined],
    ['vsn=4.0.0', undefined],
    ['vsn=20', undefined],
    ['vsn=2.0.0.0', undefined],
  ])('%s is %s', (query, serializer) => {
    expect(serializerFor(query)).toBe(serializer);
  });
});

describe('odd frames', () => {
  it.each([
    ['[]', 'shape'],
    ['{}', 'shape'],
    ['null', 'shape'],
    ['["1","1","device","phx_join"]', 'shape'],
    ['[{},"1","device","x",{}]', 'shape'],
    ['["1",[],"device","x",{}]', 'shape'],
    [`["${'1'.repeat(256)}","1","device","x",{}]`, 'shape'],
    [`["1","1","${'ü'.repeat(128)}","x",{}]`, 'shape'],
    [`["1","1","device","${'x'.repeat(256)}",{}]`, 'shape'],
    ['', 'json'],
    ['\ufeff[null,"1","phoenix","heartbeat",{}]', 'json'],
  ])('%s is malformed', (frame, what) => {
    expect(decode(Serializer.v2, text(frame))).toEqual({ kind: 'malformed', what });
  });

  it('reads a list or object in the place of a topic as none', () => {
    const message = decode(Serializer.v2, text('[null,null,{"a":[1]},[],null]'));
    expect(message).toMatchObject({ kind: 'message', topic: null, event: null, payload: null });
  });

  it('wants text on V1 and MsgPack on V3', () => {
    const join = pack(['1', '1', 'device', 'phx_join', {}]);
    expect(decode(Serializer.v1, binary(join))).toEqual({ kind: 'malformed', what: 'unexpected_binary' });
    expect(decode(Serializer.v3, text('["1","1","device","phx_join",{}]'))).toEqual({
      kind: 'malformed',
      what: 'unexpected_text',
    });
    expect(decode(Serializer.v1, text('{"topic":"device","event":"x","payload":{}}'))).toEqual({
      kind: 'malformed',
      what: 'shape',
    });
  });

  it('keeps no reference to the bytes of a binary push', () => {
    const frame = bytes('0001020604363231646576696365626c6f62010203ff');
    const message = decode(Serializer.v2, binary(frame));
    frame.fill(0);
    expect(message).toMatchObject({ topic: 'device', payload: Uint8Array.of(1, 2, 3, 255) });
  });
});

describe('MsgPack', () => {
  const frame = (payloadHex: string) => binary(bytes(`95a131a132a6646576696365a178${payloadHex}`));
  const payloadOf = (payloadHex: string) => {
    const message = decode(Serializer.v3, frame(payloadHex));
    return message.kind === 'message' ? message.payload : message.what;
  };

  it('reads a time of each width as ISO text', () => {
    expect(payloadOf('d6ff6553f100')).toBe('2023-11-14T22:13:20.000Z');
    expect(payloadOf('d7ff773594006553f100')).toBe('2023-11-14T22:13:20.500Z');
    expect(payloadOf('c70cff1dcd6500000000006553f100')).toBe('2023-11-14T22:13:20.500Z');
    expect(payloadOf('c70cff000000007fffffffffffffff')).toBeNull();
  });

  it('makes text of bytes and nothing of numbers and extensions that JSON lacks', () => {
    expect(payloadOf('c403010203')).toBe('AQID');
    expect(payloadOf('cb7ff8000000000000')).toBeNull();
    expect(payloadOf('d40500')).toBeNull();
  });

  it.each([
    ['a list of 4 billion', 'ddffffffff'],
    ['a map of 4 billion', 'dfffffffff'],
    ['a string longer than the frame', 'dbffffffff'],
    ['a key that is no name', '81c0c0'],
    ['a key that would be a prototype', `81a9${Buffer.from('__proto__').toString('hex')}c0`],
    ['the unused head', 'c1'],
    ['something after the end', 'c0c0'],
    ['33 levels', `${'91'.repeat(33)}c0`],
    ['lists that each claim the rest of the frame', `${'dc0040'.repeat(20)}${'c0'.repeat(64)}`],
    ['nothing', ''],
  ])('refuses %s', (_what, payloadHex) => {
    expect(payloadOf(payloadHex)).toBe('msgpack');
  });
});

describe('round trips', () => {
  const name = fc.string({ maxLength: 60 });
  const ref = fc.oneof(fc.string({ maxLength: 20 }), fc.constant(null), fc.integer());
  // MsgPack refuses the one key that JSON takes and an object cannot safely have.
  const payload = fc
    .jsonValue({ maxDepth: 5 })
    .map((value) => JSON.stringify(value))
    .filter((json) => !json.includes('"__proto__"'))
    .map((json): Json => JSON.parse(json));

  it('what a server pushes is what a client of the same version reads', () => {
    fc.assert(
      fc.property(ref, name, name, payload, (joinRef, topic, event, body) => {
        const message: ServerMessage = { kind: 'push', joinRef, topic, event, payload: body };
        const read = { kind: 'message', joinRef, ref: null, topic, event, payload: body };
        expect(decode(Serializer.v2, text(String(encode(Serializer.v2, message))))).toEqual(read);
        expect(decode(Serializer.v1, text(String(encode(Serializer.v1, message))))).toEqual({
          ...read,
          joinRef: null,
        });
        const v3 = decode(Serializer.v3, binary(Buffer.from(encode(Serializer.v3, message))));
        expect(v3).toEqual({ ...read, joinRef: joinRef === null ? null : String(joinRef) });
      }),
    );
  });

  it('a binary push is read as it was written', () => {
    const part = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
    fc.assert(
      fc.property(
        part,
        part,
        part,
        part,
        fc.uint8Array({ maxLength: 64 }),
        (joinRef, reference, topic, event, body) => {
          const strings = [joinRef, reference, topic, event].map((each) => Buffer.from(each));
          fc.pre(strings.every((string) => string.length <= 255));
          const head = Uint8Array.from([0, ...strings.map((string) => string.length)]);
          const read = decode(Serializer.v2, binary(Buffer.concat([head, ...strings, body])));
          expect(read).toEqual({
            kind: 'message',
            joinRef,
            ref: reference,
            topic,
            event,
            payload: new Uint8Array(body),
          });
        },
      ),
    );
  });
});
