// Counts attempts to log in, over all replicas.
import { createHash } from 'node:crypto';
import type { Orm } from './orm.js';

/** After so many attempts in a window, everybody from that address waits for the next window. */
const MAX_ATTEMPTS = 10;
const WINDOW_MINUTES = 15;

export function loginAttempts(orm: Orm) {
  return {
    /** Counts one more attempt for this e-mail from this address; whether it may still be made. */
    allow: (email: string, address: string): Promise<boolean> =>
      orm.read(async (db) => {
        const found = await db.$queryRaw<{ count: number }[]>`
          INSERT INTO login_attempt AS a (key, count, started_at) VALUES (${keyOf(email, address)}, 1, now())
          ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN a.started_at < now() - make_interval(mins => ${WINDOW_MINUTES}::int) THEN 1
              ELSE LEAST(a.count + 1, 1000) END,
            started_at = CASE WHEN a.started_at < now() - make_interval(mins => ${WINDOW_MINUTES}::int) THEN now()
              ELSE a.started_at END
          RETURNING count`;
        return (found[0]?.count ?? 0) <= MAX_ATTEMPTS;
      }),

    /** Forgets the attempts: the right password was given. */
    forget: (email: string, address: string): Promise<void> =>
      orm.read(async (db) => {
        await db.loginAttempt.deleteMany({ where: { key: keyOf(email, address) } });
      }),
  };
}

function keyOf(email: string, address: string): Buffer<ArrayBuffer> {
  return Buffer.from(
    createHash('sha256')
      .update(JSON.stringify([email, address]))
      .digest(),
  );
}
