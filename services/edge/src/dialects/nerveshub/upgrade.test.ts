// The upgrade vectors as far as they concern the request's head, and where an identifier comes from.
import { describe, expect, it } from 'vitest';
import type { Hello } from '../dialect.js';
import { helloFor, Rig, vectorsOf } from './_rig.js';
import { anonymousIdentifier, identifierOfHello, identifierOfJoin } from './identity.js';
import { nerveshub } from './nerveshub.js';
import { readSignature } from './nh1-signature.js';

interface Request {
  readonly path: string;
  readonly headers: Record<string, string>;
}
interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly mooring?: string;
}

const { upgrade } = nerveshub;
const byName = new Map(vectorsOf<Request, Answer>('upgrade').map((vector) => [vector.name, vector]));

function decide(name: string, policy: Hello['policy']) {
  const vector = byName.get(name);
  if (vector === undefined) throw new Error(`no vector ${name}`);
  const [path = '', query = ''] = vector.input.path.split('?');
  return {
    expected: vector.expected,
    decision: upgrade(helloFor(query, { path, headers: vector.input.headers, policy })),
  };
}

describe('vectors', () => {
  it.each([
    'upgrade: no vsn',
    'upgrade: vsn=1.0.0',
    'upgrade: vsn=2',
    'upgrade: vsn=2.0.0 ok',
    'upgrade: vsn=3.0.0',
    'upgrade: unsolicited subprotocol',
  ])('%s is let in, without a subprotocol', (name) => {
    expect(decide(name, 'open').decision).toEqual({ accept: true });
  });

  it.each([
    ['upgrade: vsn=garbage', 'open'],
    ['upgrade: no auth', 'credentials'],
    ['upgrade: invalid auth', 'credentials'],
  ] as const)('%s is refused', (name, policy) => {
    const { decision, expected } = decide(name, policy);
    expect(decision).toMatchObject({ accept: false, headers: expected.headers, body: expected.body });
    expect(!decision.accept && decision.status.startsWith(`${expected.status} `)).toBe(true);
  });
});

describe('policies', () => {
  const [signed] = vectorsOf<{ headers: Record<string, string> }, unknown>('nh1_accept');
  const status = (policy: Hello['policy'], over: Partial<Hello>) => {
    const decision = upgrade(helloFor(over.query ?? 'vsn=2.0.0', { ...over, policy }));
    return decision.accept ? 101 : Number.parseInt(decision.status, 10);
  };

  it('asks for a name under enrolled and lets nobody in under credentials', () => {
    const headers = signed?.input.headers ?? {};
    expect(status('enrolled', {})).toBe(401);
    expect(status('enrolled', { headers })).toBe(101);
    expect(status('enrolled', { query: 'vsn=2.0.0&identifier=d-1' })).toBe(101);
    expect(status('enrolled', { headers: { 'x-nh-signature': 'SFMyNTY.x.y' } })).toBe(401);
    expect(status('credentials', { headers })).toBe(401);
    expect(status('credentials', { query: 'vsn=abc' })).toBe(403);
  });
});

describe('identifiers', () => {
  it.each(vectorsOf<{ headers: Record<string, string> }, { identifier: string }>('nh1_accept'))(
    '$name',
    ({ input, expected }) => {
      expect(identifierOfHello(helloFor('', { headers: input.headers }))).toBe(expected.identifier);
    },
  );

  it.each(['missing', 'with two segments', 'empty signature'])(
    'no identifier from a signature that is %s',
    (what) => {
      const vector = vectorsOf<{ headers: Record<string, string> }, unknown>('nh1_reject').find(({ name }) =>
        name.includes(what),
      );
      expect(vector).toBeDefined();
      expect(identifierOfHello(helloFor('', { headers: vector?.input.headers ?? {} }))).toBeUndefined();
    },
  );

  const token = (hex: string) => `SFMyNTY.${Buffer.from(hex, 'hex').toString('base64url')}.AAAA`;

  it('reads times of every width and no other term', () => {
    expect(readSignature(token('8368036d000000014161016200015180'))).toEqual({
      identifier: 'A',
      signedAtMs: 1,
    });
    expect(readSignature(token('8368036d000000014162000001006200015180'))?.signedAtMs).toBe(256);
    expect(readSignature(token('8368036d00000001416e06000068e5cf8b016200015180'))?.signedAtMs).toBe(
      1_700_000_000_000,
    );
    for (const odd of [
      '',
      '83',
      '8368026d00000001416101',
      '8368036d000000014161016200015181',
      '8368036d00000001416101620001518000',
      '8368036dffffffff4161016200015180',
      '8368036d000000014162ffffffff6200015180',
      '8368036d00000001416e0601000000000000006200015180',
      '8368036d00000001ff61016200015180',
    ]) {
      expect(readSignature(token(odd))).toBeUndefined();
    }
  });

  it('prefers signature, query, topic and join in this order', () => {
    const headers = { 'x-nh-signature': token('8368036d00000001416e06000068e5cf8b016200015180') };
    expect(identifierOfHello(helloFor('identifier=q', { headers }))).toBe('A');
    expect(identifierOfHello(helloFor('device_id=c&serial_number=b'))).toBe('b');
    expect(identifierOfJoin('device:t', { serial_number: 's' })).toBe('t');
    expect(identifierOfJoin('devices', { identifier: 'i', nerves_serial_number: 'n' })).toBe('n');
    expect(identifierOfJoin('firmware:u', [])).toBeUndefined();
    const together = ['01a1fc3d-4c55-752c-8c90-0c0d4d257054', '01a1fc3d-4c55-752c-8c90-aaaaaaaaaaaa'];
    expect(together.map(anonymousIdentifier)).toEqual(['anonymous-0c0d4d257054', 'anonymous-aaaaaaaaaaaa']);
  });

  it('passes over names that nothing could be called', () => {
    expect(identifierOfHello(helloFor(`identifier=${'x'.repeat(129)}&serial_number=ok`))).toBe('ok');
    expect(identifierOfHello(helloFor('identifier=a%00b'))).toBeUndefined();
    expect(identifierOfJoin('device', { serial_number: '\ud800', identifier: 7 })).toBeUndefined();
  });

  it('admits under the name of the request whatever the join says, and refuses the foreign topic', () => {
    const rig = new Rig(nerveshub, helloFor('vsn=2.0.0&identifier=device-1234'));
    const effects = rig.json(['1', '1', 'device:someone-else', 'phx_join', { serial_number: 's' }]);
    expect(effects[0]).toMatchObject({ do: 'ask', question: { identifier: 'device-1234' } });
    const refusal = { status: 'error', response: { error: 'could not connect' } };
    expect(rig.seen(effects)).toEqual([{ recv: ['1', '1', 'device:someone-else', 'phx_reply', refusal] }]);
  });
});
