// The upgrade vectors as far as they concern the request's head, who is asked about what, and where a name comes from.
import { describe, expect, it } from 'vitest';
import type { Hello, RefusalCode } from '../dialect.js';
import type { UpgradeAnswer, UpgradeVerdict } from '../upgrade.js';
import { helloFor, Rig, vectorsOf } from './_rig.js';
import { anonymousIdentifier, identifierOfHello, identifierOfJoin } from './identity.js';
import { nerveshub } from './nerveshub.js';
import { readSignature } from './nh1-signature.js';
import { answered } from './upgrade.js';

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
const [signed] = vectorsOf<{ headers: Record<string, string> }, unknown>('nh1_accept');
const signedHeaders = signed?.input.headers ?? {};
const certificate = { leafDer: Uint8Array.of(0x30), chainDer: [] };
const proven: UpgradeAnswer = {
  kind: 'proven',
  proven: { identifier: 'device-1234', credentialId: 'c-1' },
};
const refusal = (code: RefusalCode): UpgradeAnswer => ({ kind: 'refused', code });

/** Asks where the dialect asks, and takes the answer. */
function decide(hello: Hello, answer: UpgradeAnswer): UpgradeVerdict & { readonly asked: boolean } {
  const decision = upgrade(hello);
  if (decision.accept !== 'ask') return { ...decision, asked: false };
  return { ...answered(hello, answer), asked: true };
}

describe('vectors', () => {
  // What the vectors' stub authenticator knows by the key alone; the sockets answer the two requests without upgrade.
  const answers: Readonly<Record<string, UpgradeAnswer>> = {
    ok: proven,
    bad: refusal('unauthenticated'),
    down: refusal('unavailable'),
  };
  const isUpgrade = ({ name }: { name: string }) => !/without upgrade headers|other path/.test(name);
  const vectors = vectorsOf<Request, Answer>('upgrade').filter(isUpgrade);

  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_, { input, expected }) => {
    const [path = '', query = ''] = input.path.split('?');
    const key = input.headers['x-nh-key'];
    const headers = key === undefined ? {} : { ...input.headers, ...signedHeaders };
    const hello = helloFor(query, { path, headers, policy: 'credentials' });
    const { asked, ...verdict } = decide(hello, answers[key ?? ''] ?? refusal('forbidden'));
    if (expected.mooring !== undefined || expected.status === 101) {
      expect(verdict).toEqual({ accept: true });
      expect(asked).toBe(true);
      return;
    }
    expect(verdict).toMatchObject({ accept: false, headers: expected.headers, body: expected.body });
    expect(!verdict.accept && verdict.status.startsWith(`${expected.status} `)).toBe(true);
  });

  it('are ten that ask for an upgrade', () => expect(vectors).toHaveLength(10));
});

describe('what is asked', () => {
  it('is the signature taken apart, with its headers as they came', () => {
    const [, body = '', mac = ''] = (signedHeaders['x-nh-signature'] ?? '').split('.');
    expect(upgrade(helloFor('vsn=2.0.0', { headers: signedHeaders }))).toEqual({
      accept: 'ask',
      question: {
        kind: 'authenticate_device',
        evidence: {
          kind: 'signed_claim',
          claim: {
            algorithm: 'NH1-HMAC-sha256-1000-32',
            key: signedHeaders['x-nh-key'],
            time: '1700000000',
            identifier: 'device-1234',
            signedAtMs: 1_700_000_000_000,
            signedPart: `SFMyNTY.${body}`,
            mac: Buffer.from(mac, 'base64url'),
            macDigest: 'SHA-256',
          },
        },
      },
    });
  });

  it('is the certificate where there is one, whatever else there is', () => {
    const decision = upgrade(helloFor('vsn=2.0.0', { headers: signedHeaders, certificate }));
    expect(decision).toMatchObject({ question: { evidence: { kind: 'certificate', certificate } } });
  });

  it('is nothing for a version that is none, and for headers that no device writes', () => {
    expect(upgrade(helloFor('vsn=abc', { headers: signedHeaders }))).toMatchObject({ accept: false });
    for (const odd of [
      { 'x-nh-alg': 'NH2-HMAC-sha256-1000-32' },
      { 'x-nh-alg': '' },
      { 'x-nh-key': 'nhp_short' },
      { 'x-nh-key': `nhx_${'a'.repeat(43)}` },
      { 'x-nh-time': '-1' },
      { 'x-nh-time': '' },
      { 'x-nh-signature': '' },
      { 'x-nh-signature': `SFMyNTU.${signedHeaders['x-nh-signature']?.slice(8)}` },
    ]) {
      const headers = { ...signedHeaders, ...odd };
      const hello = helloFor('vsn=2.0.0', { headers, policy: 'credentials' });
      expect(upgrade(hello), JSON.stringify(odd)).toMatchObject({ status: '401 Unauthorized', body: '' });
    }
  });

  it('names the digest of the other MACs', () => {
    const [, body, mac] = (signedHeaders['x-nh-signature'] ?? '').split('.');
    const digestOf = (name: string) => {
      const token = `${Buffer.from(name).toString('base64url')}.${body}.${mac}`;
      return readSignature(token)?.macDigest;
    };
    expect(['HS256', 'HS384', 'HS512', 'HS224'].map(digestOf)).toEqual([
      'SHA-256',
      'SHA-384',
      'SHA-512',
      undefined,
    ]);
  });
});

describe('policies', () => {
  const status = (policy: Hello['policy'], over: Partial<Hello>, answer: UpgradeAnswer = proven) => {
    const verdict = decide(helloFor(over.query ?? 'vsn=2.0.0', { ...over, policy }), answer);
    return verdict.accept ? 101 : Number.parseInt(verdict.status, 10);
  };
  const unproven: UpgradeAnswer = { kind: 'unproven' };

  it('let in without proof as they do', () => {
    expect(status('open', {})).toBe(101);
    expect(status('open', { headers: { 'x-nh-key': 'bad' } })).toBe(101);
    expect(status('enrolled', {})).toBe(401);
    expect(status('enrolled', { query: 'vsn=2.0.0&identifier=d-1' })).toBe(101);
    expect(status('enrolled', { headers: { 'x-nh-signature': 'SFMyNTY.x.y' } })).toBe(401);
    expect(status('credentials', { query: 'vsn=2.0.0&identifier=d-1' })).toBe(401);
  });

  it.each(['open', 'enrolled', 'credentials'] as const)('%s heeds what was answered', (policy) => {
    const headers = signedHeaders;
    expect(status(policy, { headers })).toBe(101);
    expect(status(policy, { headers }, unproven)).toBe(policy === 'credentials' ? 401 : 101);
    expect(status(policy, { headers }, refusal('unauthenticated'))).toBe(401);
    expect(status(policy, { headers }, refusal('invalid'))).toBe(401);
    expect(status(policy, { headers }, refusal('exhausted'))).toBe(429);
    expect(status(policy, { headers }, refusal('unavailable'))).toBe(503);
    expect(status(policy, { certificate })).toBe(101);
    expect(status(policy, { certificate: 'unreadable', headers })).toBe(401);
  });

  it('never let a certificate without a name in where names are needed', () => {
    expect(status('enrolled', { certificate }, unproven)).toBe(401);
  });
});

describe('what was proven', () => {
  it('names the device, whatever else does, and goes with the question for admission', () => {
    const over = { headers: signedHeaders, proven: { identifier: 'other', credentialId: 'c-1' } };
    const rig = new Rig(nerveshub, helloFor('vsn=2.0.0&identifier=q', over));
    const [ask] = rig.json(['1', '1', 'device:someone', 'phx_join', { serial_number: 's' }]);
    expect(ask).toMatchObject({
      do: 'ask',
      question: { kind: 'admit', identifier: 'other', credentialId: 'c-1' },
    });
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
    expect(readSignature(token('8368036d000000014161016200015180'))).toMatchObject({
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
