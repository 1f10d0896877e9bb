// The Zigbee link key that a printer and the platform derive from the same secret.
import { createCipheriv } from 'node:crypto';

/** The salt of BERG's key derivation (berg.md 5.3). */
const SALT = Buffer.from('389610d9b6b10d169ee9bf879532625b', 'hex');
const BLOCK = 16;
/** Length of what is hashed, salt and five bytes, in bits. */
const HASHED_BITS = (SALT.length + 5) * 8;

/** The 16-byte link key of a 40-bit secret: the Matyas-Meyer-Oseas hash with AES-128 of salt and secret (berg.md 5.3). */
export function linkKey(secret: bigint): Buffer {
  const last = Buffer.alloc(BLOCK);
  for (let index = 0; index < 5; index++) last[index] = Number((secret >> BigInt(8 * index)) & 0xffn);
  last[5] = 0x80;
  last.writeUInt16BE(HASHED_BITS, BLOCK - 2);
  return compress(compress(Buffer.alloc(BLOCK), SALT), last);
}

function compress(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const hashed = Buffer.concat([cipher.update(block), cipher.final()]);
  return Buffer.from(hashed.map((byte, index) => byte ^ (block[index] ?? 0)));
}
