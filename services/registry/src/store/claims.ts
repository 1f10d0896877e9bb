// Claims: one per code, read, listed, withdrawn. The code itself is never kept.
import { Fault } from '@mooring/runtime';
import { type Claim, ClaimState } from '../domain/claim.js';
import type { Page } from '../domain/page.js';
import { record } from './audit.js';
import { createClaim } from './claims-create.js';
import { lockXor } from './claims-match.js';
import { NO_KEY } from './link-keys.js';
import type { Orm } from './orm.js';
import { claimOf } from './row.js';

export function claims(orm: Orm) {
  return {
    create: createClaim(orm),

    get: (id: string): Promise<Claim | undefined> =>
      orm.read(async (db) => {
        const row = await db.claim.findUnique({ where: { id } });
        return row === null ? undefined : claimOf(row);
      }),

    list: (
      organizationIds: readonly string[],
      state: ClaimState | undefined,
      page: Page,
    ): Promise<readonly Claim[]> =>
      orm.read(async (db) => {
        const after = page.after === undefined ? {} : { id: { gt: page.after } };
        const which = state === undefined ? {} : { state };
        const found = await db.claim.findMany({
          where: { organizationId: { in: [...organizationIds] }, ...which, ...after },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        });
        return found.map(claimOf);
      }),

    /** Withdraws a pending claim; does nothing for one that is withdrawn. Fault `conflict` for any other. */
    withdraw: (id: string, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        const { hardwareXor } = await db.claim.findUniqueOrThrow({ where: { id } });
        await lockXor(db, hardwareXor);
        const { state, organizationId } = await db.claim.findUniqueOrThrow({ where: { id } });
        if (state === ClaimState.withdrawn) return;
        if (state !== ClaimState.pending) {
          throw new Fault('conflict', 'this claim has been used: delete its device to give the printer away');
        }
        await db.claim.update({ where: { id }, data: { state: ClaimState.withdrawn, sealedKey: NO_KEY } });
        await record(db, { organizationId, actor, action: 'claim.withdrawn', resource: id });
      }),
  };
}
