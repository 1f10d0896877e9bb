// Decides what a device's signed claim (NH1) must hold, and whether its MAC proves that the device has the secret.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A token taken apart by the edge; header values as they were sent. Verified by nobody yet. */
export interface SignedClaim {
  readonly algorithm: string;
  readonly key: string;
  readonly time: string;
  readonly identifier: string;
  /** Epoch milliseconds by the device's clock. */
  readonly signedAtMs: number;
  /** What the MAC is over. */
  readonly signedPart: string;
  readonly mac: Uint8Array;
  /** SHA-256, SHA-384 or SHA-512. */
  readonly macDigest: string;
}

/** How the key of the MAC comes out of the secret: PBKDF2 with these. */
export interface Derivation {
  readonly digest: string;
  readonly salt: string;
  /** 1 to 100 000. */
  readonly iterations: number;
  /** Bytes, 1 to 64. */
  readonly length: number;
}

/** Why a claim is not worth a look at its key: not as devices make it, or signed too long ago or ahead. */
export type ClaimProblem = 'malformed' | 'stale';

/** The device chooses the cost, so it is bounded (nerveshub.md 6.2). */
const MAX_ITERATIONS = 100_000;
const MAX_LENGTH = 64;
/** How far the device's clock may be off, either way. */
const MAX_SKEW_MS = 90_000;

const ALGORITHM = /^NH1-HMAC-([A-Za-z0-9_]{1,16})-([0-9]{1,6})-([0-9]{1,2})$/;
const TIME = /^[0-9]{1,15}$/;
const KEY = /^nh[pd]_[A-Za-z0-9+/_-]{43}$/;

/** Names of Erlang's crypto, lower case, and what they are called here. */
const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['sha', 'sha1'],
  ['sha1', 'sha1'],
  ['sha224', 'sha224'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
  ['sha3_224', 'sha3-224'],
  ['sha3_256', 'sha3-256'],
  ['sha3_384', 'sha3-384'],
  ['sha3_512', 'sha3-512'],
]);
const MAC_DIGESTS: ReadonlyMap<string, string> = new Map([
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

/** How to derive the claim's key at `nowMs`, or why nobody should. A name of a device in it proves nothing. */
export function derivationOf(claim: SignedClaim, nowMs: number): Derivation | ClaimProblem {
  const [, name = '', iterations = '', length = ''] = ALGORITHM.exec(claim.algorithm) ?? [];
  const digest = DIGESTS.get(name.toLowerCase());
  const derivation = { iterations: Number(iterations), length: Number(length) };
  const isMade = KEY.test(claim.key) && TIME.test(claim.time) && MAC_DIGESTS.has(claim.macDigest);
  if (digest === undefined || !isMade || !isAffordable(derivation)) return 'malformed';
  // Also not a number is stale.
  if (!(Math.abs(nowMs - claim.signedAtMs) <= MAX_SKEW_MS)) return 'stale';
  return { ...derivation, digest, salt: saltOf(claim) };
}

/** Whether the MAC is the one that `derivedKey` makes, compared in constant time. */
export function isSignedWith(derivedKey: Uint8Array, claim: SignedClaim): boolean {
  const digest = MAC_DIGESTS.get(claim.macDigest);
  if (digest === undefined) return false;
  const mac = createHmac(digest, derivedKey).update(claim.signedPart, 'latin1').digest();
  return mac.length === claim.mac.length && timingSafeEqual(mac, claim.mac);
}

function isAffordable({ iterations, length }: Pick<Derivation, 'iterations' | 'length'>): boolean {
  return iterations >= 1 && iterations <= MAX_ITERATIONS && length >= 1 && length <= MAX_LENGTH;
}

/** Header values as sent, but for the time, which the reference prints anew as a number (nerveshub.md 6.2). */
export function saltOf({ algorithm, key, time }: Pick<SignedClaim, 'algorithm' | 'key' | 'time'>): string {
  const lines = [
    'NH1:device-socket:shared-secret:connect',
    '',
    `x-nh-alg=${algorithm}`,
    `x-nh-key=${key}`,
    `x-nh-time=${Number(time)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}
