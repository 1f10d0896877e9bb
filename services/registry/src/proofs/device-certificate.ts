// Decides what a client certificate, which a trusted proxy passed on, proves of the device that presents it.
import type { registry } from '@mooring/proto';
import { systemClock } from '@mooring/runtime';
import { type Certificate, readDer } from '../domain/certificate.js';
import {
  type CertificateDecision,
  decideCertificate,
  type Knowledge,
} from '../domain/certificate-decision.js';
import { Dialect } from '../domain/identifier.js';
import type { Settled } from '../store/device-certificates.js';
import type { Store } from '../store/index.js';
import { type Asking, refused, type Verdict } from './proof.js';

/**
 * By nerveshub.md 6.1. A certificate whose CA nobody registered is `unknown`. Certificates of the chain count for
 * nothing: the registered CA is the one that signed the leaf.
 */
export async function proveByCertificate(
  { deviceCertificates }: Pick<Store, 'deviceCertificates'>,
  presented: registry.PresentedCertificate,
  { dialect }: Asking,
): Promise<Verdict> {
  if (dialect !== Dialect.nerveshub) return refused('another_dialect');
  const read = readDer(presented.leafDer);
  if ('problem' in read) return refused('malformed');
  const { certificate } = read;
  const settled = (await deviceCertificates.holder(certificate)) ?? (await settle(certificate));
  if ('refused' in settled) {
    return settled.refused === 'unknown_ca' ? { is: 'unknown' } : refused(settled.refused);
  }
  const { identifier, credentialId } = settled;
  return { is: 'proven', proof: { identifier, credentialId } };

  /** Refusals take no lock: whoever has no right to come in keeps nobody waiting. */
  async function settle(certificate: Certificate): Promise<Settled> {
    const decide = (knowledge: Knowledge): CertificateDecision =>
      decideCertificate(certificate, knowledge, new Date(systemClock.now()));
    const expected = decide(await deviceCertificates.knowledge(certificate));
    return expected.kind === 'refused'
      ? { refused: expected.reason }
      : deviceCertificates.settle(certificate, decide);
  }
}
