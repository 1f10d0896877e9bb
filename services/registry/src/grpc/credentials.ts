// Credentials of a device: listed, made, withdrawn.
import type { registry } from '@mooring/proto';
import { systemClock, unary } from '@mooring/runtime';
import { checkExpiry } from '../domain/account.js';
import { permission } from '../domain/authorize.js';
import { checkCredentialType } from '../domain/device.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf } from '../domain/principal.js';
import { makeSecret, SecretKind } from '../domain/secret.js';
import { createCertificateCredential } from './certificate-credential.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { credentialMessage } from './message.js';
import { idOf, onceOf, principalOf } from './principal.js';
import { secretSeed } from './secret-seed.js';
import { createSharedSecretCredential } from './shared-secret-credential.js';

export function listCredentials(context: Context): registry.RegistryServer['listCredentials'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const { id } = await deviceFor(context, principal, request.deviceId, permission.readDevices);
    const asked = page(request.limit, request.cursor);
    const found = await context.store.credentials.list(id, asked);
    const { items, nextCursor } = paged(found, asked.limit, (each) => each.id);
    return { items: items.map(credentialMessage), nextCursor };
  });
}

export function createCredential(context: Context): registry.RegistryServer['createCredential'] {
  const { store, secret: masterKey } = context;
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const device = await deviceFor(context, principal, request.deviceId, permission.writeDevices);
    if (request.type === 'certificate') {
      return createCertificateCredential(context, principal, device, request);
    }
    if (request.type === 'shared_secret') {
      return createSharedSecretCredential(context, principal, device, request);
    }
    const problems = new Problems();
    const type = request.type === '' ? 'token' : request.type;
    checkCredentialType(problems, type, device.dialect);
    const name = problems.name('name', request.name);
    const expiresAt = checkExpiry(problems, request.expiresAtMs, systemClock.now());
    problems.check();
    const made = { type, name, expiresAt };
    const once = onceOf(principal, request.idempotencyKey, 'CreateCredential', {
      deviceId: device.id,
      ...made,
    });
    const secretFor = (id: string): string =>
      makeSecret(SecretKind.credential, masterKey, secretSeed(once, id));
    const { credential, secret } = await store.credentials.create(device, made, secretFor, once);
    return { credential: credentialMessage(credential), secret };
  });
}

export function deleteCredential(context: Context): registry.RegistryServer['deleteCredential'] {
  const { store, notices } = context;
  return unary(async (request, { signal }) => {
    const principal = principalOf(request.principal);
    const device = await deviceFor(context, principal, request.deviceId, permission.writeDevices);
    const id = idOf(request.id, 'credential');
    await store.credentials.remove(device, id, actorOf(principal));
    const lookUp = () => store.credentials.sessionOf(device.id, id);
    await notices.end('credential_revoked', lookUp, signal);
    return {};
  });
}
