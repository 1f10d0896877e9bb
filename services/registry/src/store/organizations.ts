// Organizations and what their owners may change of them.
import { uuidv7 } from '@mooring/runtime';
import type { Organization } from '../domain/account.js';
import type { JsonObject } from '../domain/json.js';
import type { Page } from '../domain/page.js';
import { Role } from '../domain/role.js';
import { record } from './audit.js';
import { Prisma } from './generated/client.js';
import { claim, type Once } from './idempotency.js';
import type { Orm } from './orm.js';
import { organizationOf } from './row.js';
import { replanSchedules } from './schedules.js';

export interface OrganizationChange {
  readonly name?: string;
  readonly timeZone?: string;
  /** null takes it away. */
  readonly tariff?: JsonObject | null;
}

export function organizations(orm: Orm) {
  return {
    /** A new organization that belongs to one person. */
    create: (
      made: { readonly personId: string; readonly name: string; readonly timeZone: string },
      once: Once,
    ): Promise<Organization> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) {
          return organizationOf(await db.organization.findUniqueOrThrow({ where: { id: earlier } }));
        }
        const memberships = { create: { personId: made.personId, role: Role.owner } };
        const organization = await db.organization.create({
          data: { id, name: made.name, timeZone: made.timeZone, memberships },
        });
        await record(db, {
          organizationId: id,
          actor: made.personId,
          action: 'organization.created',
          resource: id,
        });
        return organizationOf(organization);
      }),

    get: (id: string): Promise<Organization | undefined> =>
      orm.read(async (db) => {
        const row = await db.organization.findUnique({ where: { id } });
        return row === null ? undefined : organizationOf(row);
      }),

    /** Of those with the given ids, in the order of their ids; one more than the page holds when there are more. */
    list: (ids: readonly string[], page: Page): Promise<readonly Organization[]> =>
      orm.read(async (db) => {
        const after = page.after === undefined ? {} : { gt: page.after };
        const found = await db.organization.findMany({
          where: { id: { in: [...ids], ...after } },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        });
        return found.map(organizationOf);
      }),

    /** Fault `not_found` when there is no such organization. */
    update: (id: string, change: OrganizationChange, actor: string): Promise<Organization> =>
      orm.transact(async (db) => {
        const { tariff, ...plain } = change;
        const data = { ...plain, ...(tariff === undefined ? {} : { tariff: tariff ?? Prisma.DbNull }) };
        const organization = await db.organization.update({ where: { id }, data });
        if (plain.timeZone !== undefined) await replanSchedules(db, id);
        const details = change as JsonObject;
        await record(db, {
          organizationId: id,
          actor,
          action: 'organization.updated',
          resource: id,
          details,
        });
        return organizationOf(organization);
      }),
  };
}
