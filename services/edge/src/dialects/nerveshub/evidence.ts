// Finds in an upgrade request what a device proves itself with: a certificate, else a signature with its three headers.
import type { Hello } from '../dialect.js';
import type { Evidence } from '../upgrade.js';
import { readSignature } from './nh1-signature.js';

// What the registry can make nothing of is not worth asking.
const ALGORITHM = /^NH1-HMAC-[A-Za-z0-9_]{1,16}-[0-9]{1,6}-[0-9]{1,2}$/;
const KEY = /^nh[pd]_[A-Za-z0-9+/_-]{43}$/;
const TIME = /^[0-9]{1,15}$/;

/** Undefined where there is none, or none of the form that devices send (nerveshub.md, 6.1 and 6.2). */
export function evidenceOf({ certificate, headers }: Hello): Evidence | undefined {
  if (certificate === 'unreadable') return undefined;
  if (certificate !== undefined) return { kind: 'certificate', certificate };
  const algorithm = headers['x-nh-alg'] ?? '';
  const key = headers['x-nh-key'] ?? '';
  const time = headers['x-nh-time'] ?? '';
  if (!ALGORITHM.test(algorithm) || !KEY.test(key) || !TIME.test(time)) return undefined;
  const token = readSignature(headers['x-nh-signature'] ?? '');
  return token && { kind: 'signed_claim', claim: { algorithm, key, time, ...token } };
}
