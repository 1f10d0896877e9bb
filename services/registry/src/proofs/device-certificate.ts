// Decides what a client certificate, which a trusted proxy passed on, proves of the device that presents it.
import type { registry } from '@mooring/proto';
import { systemClock } from '@mooring/runtime';
import { readDer } from '../domain/certificate.js';
import { decideCertificate } from '../domain/certificate-decision.js';
import { Dialect } from '../domain/identifier.js';
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
  // Nearly every connection: one look by the fingerprint, and no lock.
  const settled =
    (await deviceCertificates.holder(certificate)) ??
    (await deviceCertificates.settle(certificate, (knowledge) =>
      decideCertificate(certificate, knowledge, new Date(systemClock.now())),
    ));
  if ('refused' in settled) {
    return settled.refused === 'unknown_ca' ? { is: 'unknown' } : refused(settled.refused);
  }
  const { identifier, credentialId } = settled;
  return { is: 'proven', proof: { identifier, credentialId } };
}
