// Decides whose signature a meta.conf carries (nerveshub.md 5.5): Ed25519 over its bytes.
import { createPublicKey, verify } from 'node:crypto';
import { type Refusal, refuse } from './refusal.js';

export const SIGNATURE_BYTES = 64;
const PUBLIC_KEY_BYTES = 32;

/** A key that an organization trusts. */
export interface SigningKey {
  readonly id: string;
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The first key that signed it, or a refusal: `no_keys`, `unsigned` or `bad_signature`. */
export function signerOf(
  metaConf: Uint8Array,
  signature: Uint8Array | undefined,
  keys: readonly SigningKey[],
): SigningKey | Refusal {
  if (signature === undefined) {
    return refuse('unsigned', 'the file is not signed; sign it with fwup -S');
  }
  if (keys.length === 0) {
    return refuse('no_keys', 'the organization has no firmware key yet that could have signed the file');
  }
  const signer = keys.find((key) => signed(metaConf, signature, key.publicKey));
  return signer ?? refuse('bad_signature', 'the signature is of none of the keys of the organization');
}

function signed(metaConf: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, metaConf, key, signature);
}

// 44 characters: 43 and one of padding.
const PUBLIC_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** The 32 bytes of a public key as fwup writes it to a file; undefined for anything else. */
export function parsePublicKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (!PUBLIC_KEY.test(trimmed)) return undefined;
  const bytes = Buffer.from(trimmed, 'base64');
  return bytes.length === PUBLIC_KEY_BYTES ? bytes : undefined;
}
