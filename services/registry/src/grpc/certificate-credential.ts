// Makes a certificate, which a person vouches for, one that a device may present.
import type { registry } from '@mooring/proto';
import { checkCertificate } from '../domain/ca-certificate.js';
import { noCertificate } from '../domain/certificate.js';
import { checkCredentialType, type Device } from '../domain/device.js';
import { Problems } from '../domain/fields.js';
import type { Principal } from '../domain/principal.js';
import type { Context } from './context.js';
import { credentialMessage } from './message.js';
import { onceOf } from './principal.js';

/** Its validity and issuer do not count (nerveshub.md 6.1), its name does: a device renews under its own only. */
export async function createCertificateCredential(
  { store }: Context,
  principal: Principal,
  device: Device,
  request: registry.CreateCredentialRequest,
): Promise<registry.CreateCredentialResponse> {
  const problems = new Problems();
  checkCredentialType(problems, request.type, device.dialect);
  const name = problems.name('name', request.name);
  if (request.expiresAtMs !== undefined) problems.add('expires_at', 'cannot be said of a certificate');
  const certificate = checkCertificate(problems, 'certificate', request.certificatePem ?? '');
  if (certificate !== undefined && certificate.commonName !== device.identifier) {
    problems.add('certificate', 'must have the identifier of the device as its one common name');
  }
  problems.check();
  if (certificate === undefined) throw noCertificate();
  const { fingerprint } = certificate;
  const asked = { deviceId: device.id, type: request.type, name, fingerprint };
  const once = onceOf(principal, request.idempotencyKey, 'CreateCredential', asked);
  const credential = await store.deviceCertificates.add(device, name, certificate, once);
  return { credential: credentialMessage(credential), secret: '' };
}
