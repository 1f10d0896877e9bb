// The decision table of certificates against every vector, and where the vectors end.
import { describe, expect, it } from 'vitest';
import {
  authorityOf,
  type Contents,
  certificateOf,
  defaultContents,
  knowledgeOf,
  NOW,
} from './_certificates.js';
import { vectorsOf } from './_vectors.js';
import { decideCertificate } from './certificate-decision.js';

interface Presented {
  readonly present: string | null;
  readonly changed?: string;
}
interface Verdict {
  readonly decision?: 'accept' | 'reject';
  readonly device?: string;
  readonly reason?: string;
  readonly effect?: string;
  readonly upgrade?: string;
}

const contents = defaultContents();
const [authorityA, authorityB] = [authorityOf('ca-org-a'), authorityOf('ca-org-b')];
const without = { organizationId: 'orga', certificates: [] };

/** The contents that a vector's `changed` speaks of. */
const changes: Readonly<Record<string, Contents>> = {
  'its fingerprint is already stored': {
    ...contents,
    device: { organizationId: 'orga', certificates: [certificateOf('device-1234-expired')] },
  },
  'ca-org-b is registered to orgb, no JITP': { ...contents, authorities: [authorityA, authorityB] },
  'device-1234 has no certificates yet': { ...contents, device: without },
};
const kinds: Readonly<Record<string, string>> = {
  'touch last_used': 'known',
  'new certificate row stored (same public key, path valid)': 'stored',
  'first certificate stored': 'stored',
};

function decide(name: string, given: Contents, now = NOW) {
  const certificate = certificateOf(name);
  return decideCertificate(certificate, knowledgeOf(certificate, given), now);
}
const refusal = (reason: string) => ({ kind: 'refused', reason });

describe('a device that presents a certificate', () => {
  const vectors = vectorsOf<Presented, Verdict>('mtls_decision', 'nerveshub');
  const presented = vectors.flatMap(({ name, input, expected }) =>
    input.present === null ? [] : [{ name, present: input.present, changed: input.changed, expected }],
  );

  it('is what all vectors but the one without a certificate are about', () => {
    const others = vectors.filter(({ input }) => input.present === null);
    expect(others.map(({ expected }) => expected.upgrade)).toEqual([
      '401 unless x-nh-* headers authenticate',
    ]);
    expect(presented.length).toBe(vectors.length - 1);
  });

  it.each(presented)('is decided on as in the vector: $name', ({ present, changed, expected }) => {
    const given = changed === undefined ? contents : changes[changed];
    if (given === undefined) throw new Error(`unknown change: ${changed}`);
    const decision = decide(present, given);
    if (expected.decision === 'reject') {
      expect(decision).toEqual(refusal(expected.reason ?? ''));
      return;
    }
    expect(decision.kind).toBe(kinds[expected.effect ?? 'touch last_used']);
    expect(decision).toMatchObject({ holder: { identifier: expected.device ?? 'device-1234' } });
  });

  it('is registered where its CA provisions, unless another organization has one of that name', () => {
    const provisioning = { productId: 'p', tags: ['t'], description: 'd' };
    const authority = authorityOf('ca-org-a', { provisioning });
    const given = { authorities: [authority], device: undefined };
    const expected = { kind: 'provisioned', identifier: 'device-1234', authority, provisioning };
    expect(decide('device-1234', given)).toEqual(expected);
    const taken = { ...given, device: { organizationId: 'orgb', certificates: [] } };
    expect(decide('device-1234', taken)).toEqual(refusal('identifier_taken'));
    expect(decide('device-1234-expired', given)).toEqual(refusal('cert_expired'));
  });

  it('renews only under its own name, and with a CA of its own organization', () => {
    const other = { deviceId: 'other', identifier: 'device-5678', organizationId: 'orga' };
    const certificate = certificateOf('device-1234-rotated');
    const knowledge = knowledgeOf(certificate, contents);
    const decideWith = (changed: Partial<typeof knowledge>) =>
      decideCertificate(certificate, { ...knowledge, ...changed }, NOW);
    expect(decideWith({ keyHolders: [other] })).toEqual(refusal('mismatched_cert'));
    expect(decideWith({ authorities: [] })).toEqual(refusal('unknown_ca'));
    const foreign = authorityOf('ca-org-a', { organizationId: 'orgb' });
    expect(decideWith({ authorities: [foreign] })).toEqual(refusal('mismatched_org'));
  });

  it('is vouched for by the CA that signed, not by one that took its key identifier', () => {
    const impostor = authorityOf('ca-org-b', { id: 'impostor' });
    const certificate = certificateOf('device-1234-rotated');
    const knowledge = knowledgeOf(certificate, contents);
    const both = { ...knowledge, authorities: [impostor, authorityA] };
    expect(decideCertificate(certificate, both, NOW)).toMatchObject({
      kind: 'stored',
      authority: authorityA,
    });
    const alone = { ...knowledge, authorities: [authorityOf('ca-org-b', { organizationId: 'orga' })] };
    expect(decideCertificate(certificate, alone, NOW)).toEqual(refusal('invalid_issuer'));
  });

  it('does not come back by a CA of the organization that took it away', () => {
    const leaf = certificateOf('device-1234');
    const knowledge = { ...knowledgeOf(leaf, { authorities: [authorityA], device: without }) };
    const decideRevoked = (revokedIn: readonly string[]) =>
      decideCertificate(leaf, { ...knowledge, revokedIn }, NOW);
    expect(decideRevoked(['orga'])).toEqual(refusal('revoked'));
    expect(decideRevoked(['orgb']).kind).toBe('stored');
    const renewed = {
      ...knowledge,
      keyHolders: knowledge.named ? [knowledge.named] : [],
      revokedIn: ['orga'],
    };
    expect(decideCertificate(leaf, renewed, NOW)).toEqual(refusal('revoked'));
  });

  it('needs a CA that is valid only where its organization says so', () => {
    const late = new Date('2037-01-01T00:00:00Z');
    const ca = authorityA.certificate;
    const leaf = { ...certificateOf('device-1234'), notAfter: new Date('2040-01-01T00:00:00Z') };
    const given = (checkExpiration: boolean) => ({
      authorities: [{ ...authorityA, checkExpiration }],
      device: without,
    });
    expect(late > ca.notAfter).toBe(true);
    const decideLate = (checkExpiration: boolean) =>
      decideCertificate(leaf, knowledgeOf(leaf, given(checkExpiration)), late);
    expect(decideLate(false).kind).toBe('stored');
    expect(decideLate(true)).toEqual(refusal('ca_expired'));
    const early = new Date('2020-01-15T00:00:00Z');
    expect(decide('device-1234', given(false), early)).toEqual(refusal('cert_not_yet_valid'));
  });

  it('is refused for a signature by another key, a weak one, and uses that are not its', () => {
    const leaf = certificateOf('device-1234');
    const decideFor = (changed: Partial<typeof leaf>, authorities = [authorityA]) =>
      decideCertificate({ ...leaf, ...changed }, knowledgeOf(leaf, { authorities, device: without }), NOW);
    expect(decideFor({ signatureAlgorithm: '1.2.840.10045.4.1' })).toEqual(refusal('weak_signature'));
    expect(decideFor({ demandsMore: true })).toEqual(refusal('unknown_critical_extension'));
    expect(decideFor({ provesClients: false })).toEqual(refusal('wrong_usage'));
  });
});
