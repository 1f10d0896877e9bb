// Who did what: written in the transaction that does it.
import { uuidv7 } from '@mooring/runtime';
import type { AuditEntry } from '../domain/account.js';
import type { ToldDeed } from '../domain/audit-record.js';
import type { JsonObject } from '../domain/json.js';
import type { Page } from '../domain/page.js';
import { withoutKnownEnds } from './console-ends.js';
import type { Prisma } from './generated/client.js';
import type { Db, Orm } from './orm.js';

/** What is to be recorded. */
export interface Deed {
  readonly organizationId: string;
  readonly actor: string;
  readonly action: string;
  /** The id of what it was done to. */
  readonly resource: string;
  readonly details?: JsonObject;
}

export async function record(db: Db, deed: Deed): Promise<void> {
  const { details = {}, ...fields } = deed;
  await db.audit.create({ data: { id: uuidv7(), ...fields, details } });
}

export function audit(orm: Orm) {
  return {
    /** What other services told; answers how many were not there yet. The end of a console is kept once, whoever says it. */
    keep: (told: readonly ToldDeed[]): Promise<number> =>
      orm.transact(async (db) => {
        const data = (await withoutKnownEnds(db, told)).map((deed) => ({
          ...deed,
          details: deed.details as Prisma.InputJsonObject,
        }));
        return (await db.audit.createMany({ data, skipDuplicates: true })).count;
      }),

    /** The newest first; one more row than the page holds when there are more. */
    list: (organizationIds: readonly string[], page: Page): Promise<readonly AuditEntry[]> =>
      orm.read(async (db) => {
        const found = await db.audit.findMany({
          where: {
            organizationId: { in: [...organizationIds] },
            ...(page.after === undefined ? {} : { id: { lt: page.after } }),
          },
          orderBy: { id: 'desc' },
          take: page.limit + 1,
        });
        return found.map((row) => ({ ...row, details: row.details as JsonObject }));
      }),
  };
}
