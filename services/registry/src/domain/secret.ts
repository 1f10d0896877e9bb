// Makes, recognises and hashes the secrets that are shown once.
import { createHash, createHmac } from 'node:crypto';

/** What a secret of each kind begins with. */
export const SecretKind = { credential: 'mdt_', apiKey: 'mk_', printKey: 'pk_' } as const;
export type SecretKind = (typeof SecretKind)[keyof typeof SecretKind];

/** The part of a secret that may be shown for ever: the kind and six characters more. */
export function prefixOf(secret: string, kind: SecretKind): string {
  return secret.slice(0, kind.length + 6);
}

/** sha256: the secrets hold at least 144 random bits, so a slow hash would protect nothing more. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Characters after the kind, six bits each: all 256 bits, except in an address that people pass around. */
const LENGTHS: Readonly<Record<SecretKind, number>> = { mdt_: 43, mk_: 43, pk_: 24 };

/** A secret in base64url, derived, so that the same request repeated can be shown it though none is stored. */
export function makeSecret(kind: SecretKind, masterKey: Buffer, seed: readonly string[]): string {
  const hmac = createHmac('sha256', masterKey);
  // JSON keeps the parts apart whatever they hold.
  const random = hmac.update(JSON.stringify([kind, ...seed])).digest('base64url');
  return kind + random.slice(0, LENGTHS[kind]);
}
