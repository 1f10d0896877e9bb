// Seals small secrets for rest in the database: AES-256-GCM, bound to a name.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Fault } from './fault.js';

const NONCE = 12;
const TAG = 16;

/** Nonce, tag and cipher text in one. `name` must be given again to open it. */
export function seal(key: Buffer, name: string, plain: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** Fault `invalid` when the key or the name is another, or the bytes were changed. */
export function unseal(key: Buffer, name: string, sealed: Uint8Array): string {
  const nonce = sealed.subarray(0, NONCE);
  const options = { authTagLength: TAG };
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, options).setAAD(Buffer.from(name));
    decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
    return decipher.update(sealed.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new Fault('invalid', `the secret does not open ${name}`, { cause });
  }
}
