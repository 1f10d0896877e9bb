// Makes a shared secret that a Nerves device signs its connections with.
import type { registry } from '@mooring/proto';
import { systemClock } from '@mooring/runtime';
import { checkExpiry } from '../domain/account.js';
import { checkCredentialType, type Device } from '../domain/device.js';
import { Problems } from '../domain/fields.js';
import type { Principal } from '../domain/principal.js';
import type { Context } from './context.js';
import { credentialMessage } from './message.js';
import { onceOf } from './principal.js';

/** The secret is shown this once; its key, by which the device names it, always. */
export async function createSharedSecretCredential(
  { store }: Context,
  principal: Principal,
  device: Device,
  request: registry.CreateCredentialRequest,
): Promise<registry.CreateCredentialResponse> {
  const problems = new Problems();
  checkCredentialType(problems, request.type, device.dialect);
  const name = problems.name('name', request.name);
  const expiresAt = checkExpiry(problems, request.expiresAtMs, systemClock.now());
  problems.check();
  const made = { type: request.type, name, expiresAt };
  const once = onceOf(principal, request.idempotencyKey, 'CreateCredential', {
    deviceId: device.id,
    ...made,
  });
  const { credential, secret } = await store.sharedSecrets.add(device, made, once);
  return { credential: credentialMessage(credential), secret };
}
