// Makes and reads download links: which firmware file, until when, and a proof that this platform said so.
import { createHmac, timingSafeEqual } from 'node:crypto';

const ID_BYTES = 16;
const TIME_BYTES = 6;
const PROOF_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{72}$/;
const HOUR_S = 3_600;

/** What a token says. */
export interface Link {
  /** Id of the artifact, as UUID. */
  readonly artifactId: string;
  readonly expiresAtMs: number;
}

/**
 * When a link ends that is made at `nowMs` and good for `lifetimeS`: at the next full hour after that. So all links to a
 * file that are made within an hour are the same one, and a cache in front keeps the file once.
 */
export function linkEnd(nowMs: number, lifetimeS: number): number {
  return Math.ceil((nowMs / 1_000 + lifetimeS) / HOUR_S) * HOUR_S * 1_000;
}

/** The token of a link; `expiresAtMs` is a whole second. A secret of whoever may download. */
export function tokenOf(secret: Buffer, { artifactId, expiresAtMs }: Link): string {
  const said = Buffer.alloc(ID_BYTES + TIME_BYTES);
  said.write(artifactId.replaceAll('-', ''), 'hex');
  said.writeUIntBE(expiresAtMs / 1_000, ID_BYTES, TIME_BYTES);
  return Buffer.concat([said, proof(secret, said)]).toString('base64url');
}

/** What a token says, if it was made with this secret; it may have expired. */
export function readToken(secret: Buffer, token: string): Link | undefined {
  const bytes = TOKEN.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  if (bytes.length !== ID_BYTES + TIME_BYTES + PROOF_BYTES) return undefined;
  const said = bytes.subarray(0, ID_BYTES + TIME_BYTES);
  if (!timingSafeEqual(proof(secret, said), bytes.subarray(said.length))) return undefined;
  const id = said.toString('hex', 0, ID_BYTES);
  return {
    artifactId: id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    expiresAtMs: said.readUIntBE(ID_BYTES, TIME_BYTES) * 1_000,
  };
}

function proof(secret: Buffer, said: Buffer): Buffer {
  return createHmac('sha256', secret).update('mooring firmware link\0').update(said).digest();
}
