// Decides on the upgrade request: which versions are spoken, and who may come in under each policy.
import { DevicePolicy, type Hello, type UpgradeDecision } from '../dialect.js';
import { identifierOfHello } from './identity.js';
import { serializerFor } from './wire.js';

const NO_CREDENTIALS = 'no certificate pair or shared secrets connection settings were provided';

/**
 * 403 for a version that is none, 401 for a device that the policy does not let in (nerveshub.md, 2.2).
 *
 * A refusal must carry a `Date` header: a device without a clock of its own takes the time from the 401 and signs
 * again. The sockets add it to every refusal, because this function has no clock. No subprotocol is ever echoed.
 */
export function upgrade(hello: Hello): UpgradeDecision {
  if (serializerFor(hello.query) === undefined) return refuse('403 Forbidden');
  switch (hello.policy) {
    case DevicePolicy.open:
      return { accept: true };
    case DevicePolicy.enrolled:
      return identifierOfHello(hello) === undefined ? unauthorized(hello) : { accept: true };
    case DevicePolicy.credentials:
      // Nothing that a device can present is verified here, so nothing counts as a credential.
      return unauthorized(hello);
  }
}

/** Like the reference, the answer says what is missing only to those who presented nothing. */
function unauthorized(hello: Hello): UpgradeDecision {
  const presented = Object.keys(hello.headers).some((name) => name.startsWith('x-nh-'));
  return presented ? refuse('401 Unauthorized') : refuse('401 Unauthorized', NO_CREDENTIALS);
}

function refuse(status: string, reason?: string): UpgradeDecision {
  if (reason === undefined) return { accept: false, status, headers: {}, body: '' };
  return { accept: false, status, headers: { 'nh-connection-error-reason': reason }, body: reason };
}
