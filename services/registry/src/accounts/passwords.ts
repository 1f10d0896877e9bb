// Hashes and checks passwords with argon2id, so many at once and no more.
import { randomBytes } from 'node:crypto';
import { Fault } from '@mooring/runtime';
import { hash, verify } from '@node-rs/argon2';

/** OWASP password storage cheat sheet: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Each takes about 20 ms of a core; who comes after so many is told to wait. */
const MAX_AT_ONCE = 32;

export type Passwords = ReturnType<typeof passwords>;

export function passwords() {
  let running = 0;
  // What an unknown address is checked against, so that it takes as long as a known one.
  let decoy: Promise<string> | undefined;

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (running >= MAX_AT_ONCE) throw new Fault('exhausted', 'too many logins at once');
    running++;
    try {
      return await work();
    } finally {
      running--;
    }
  }

  return {
    /** PHC string. Fault `exhausted` when too many are at it. */
    hash: (password: string): Promise<string> => bounded(() => hash(password, cost)),

    /** Whether it is the password; never for an absent hash, after the same time. Fault `exhausted` as above. */
    matches: (password: string, stored: string | undefined): Promise<boolean> =>
      bounded(async () => {
        decoy ??= hash(randomBytes(16), cost);
        const right = await verify(stored ?? (await decoy), password);
        return right && stored !== undefined;
      }),
  };
}
