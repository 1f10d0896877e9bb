// Derives the keys of signed claims beside the event loop, so many at once and no more.
import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { Fault } from '@mooring/runtime';
import type { Derivation } from '../domain/signed-claim.js';

const derive = promisify(pbkdf2);

/** They wait for the few threads that also check passwords. */
const MAX_WAITING = 500;

export function keyDeriver() {
  let waiting = 0;
  /** Fault `exhausted` when too many wait. The secret is used as its text, not decoded (nerveshub.md 6.2). */
  return async (secret: string, { salt, iterations, length, digest }: Derivation): Promise<Buffer> => {
    if (waiting >= MAX_WAITING) throw new Fault('exhausted', 'too many devices are proving themselves');
    waiting += 1;
    try {
      return await derive(secret, salt, iterations, length, digest);
    } finally {
      waiting -= 1;
    }
  };
}
