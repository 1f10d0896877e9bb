// Decides on the upgrade request: which versions are spoken, whom to ask, and who may come in under each policy.
import { DevicePolicy, type Hello } from '../dialect.js';
import type { UpgradeAnswer, UpgradeDecision, UpgradeVerdict } from '../upgrade.js';
import { evidenceOf } from './evidence.js';
import { identifierOfHello } from './identity.js';
import { serializerFor } from './wire.js';

const NO_CREDENTIALS = 'no certificate pair or shared secrets connection settings were provided';
const UNREACHABLE = 'the platform could not be reached to authenticate this device';
const RETRY_AFTER_S = '5';

/**
 * 403 for a version that is none, 401 for a device that the policy does not let in (nerveshub.md, 2.2). What a device
 * presents is looked into under every policy: whoever signs wrongly under a known key is turned away by all of them.
 *
 * A refusal must carry a `Date` header: a device without a clock of its own takes the time from the 401 and signs
 * again. The sockets add it to every refusal, because this function has no clock. No subprotocol is ever echoed.
 */
export function upgrade(hello: Hello): UpgradeDecision {
  if (serializerFor(hello.query) === undefined) return refuse('403 Forbidden');
  const evidence = evidenceOf(hello);
  if (evidence !== undefined) {
    return { accept: 'ask', question: { kind: 'authenticate_device', evidence } };
  }
  // A front that was believed said something that nobody understands.
  if (hello.certificate !== undefined) return refuse('401 Unauthorized');
  return withoutProof(hello);
}

/** Decides on what was asked: in, or 401 like the reference, or 503 when nobody answered (nerveshub.md, 2.2). */
export function answered(hello: Hello, answer: UpgradeAnswer): UpgradeVerdict {
  if (answer.kind === 'proven') return { accept: true };
  if (answer.kind === 'unproven') return withoutProof(hello);
  switch (answer.code) {
    case 'unavailable':
      return refuse('503 Service Unavailable', UNREACHABLE);
    case 'exhausted':
      return {
        accept: false,
        status: '429 Too Many Requests',
        headers: { 'retry-after': RETRY_AFTER_S },
        body: '',
      };
    case 'unauthenticated':
    case 'forbidden':
    case 'not_found':
    case 'invalid':
    case 'conflict':
      return refuse('401 Unauthorized');
  }
}

function withoutProof(hello: Hello): UpgradeVerdict {
  switch (hello.policy) {
    case DevicePolicy.open:
      return { accept: true };
    case DevicePolicy.enrolled:
      return identifierOfHello(hello) === undefined ? unauthorized(hello) : { accept: true };
    case DevicePolicy.credentials:
      return unauthorized(hello);
  }
}

/** Like the reference, the answer says what is missing only to those who presented nothing. */
function unauthorized(hello: Hello): UpgradeVerdict {
  const presented =
    hello.certificate !== undefined || Object.keys(hello.headers).some((name) => name.startsWith('x-nh-'));
  return presented ? refuse('401 Unauthorized') : refuse('401 Unauthorized', NO_CREDENTIALS);
}

function refuse(status: string, reason?: string): UpgradeVerdict {
  if (reason === undefined) return { accept: false, status, headers: {}, body: '' };
  return { accept: false, status, headers: { 'nh-connection-error-reason': reason }, body: reason };
}
