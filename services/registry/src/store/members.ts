// Who belongs to an organization, in which role, and that it never is without an owner.
import { Fault } from '@mooring/runtime';
import type { Member } from '../domain/account.js';
import { unknown } from '../domain/authorize.js';
import type { Page } from '../domain/page.js';
import { Role } from '../domain/role.js';
import { record } from './audit.js';
import { claim, type Once } from './idempotency.js';
import type { Db, Orm } from './orm.js';
import { memberOf } from './row.js';

/** Decides, once the present role is known, whether the change may be made; throws a fault when it may not. */
export type MayChange = (present: Role | undefined) => void;

export function members(orm: Orm) {
  return {
    list: (organizationId: string, page: Page): Promise<readonly Member[]> =>
      orm.read(async (db) => {
        const after = page.after === undefined ? {} : { personId: { gt: page.after } };
        const found = await db.membership.findMany({
          where: { organizationId, ...after },
          include: { person: true },
          orderBy: { personId: 'asc' },
          take: page.limit + 1,
        });
        return found.map(memberOf);
      }),

    /** Adds somebody with an account, or gives a member another role. Faults: `not_found` no such account, `conflict` last owner. */
    put: (
      put: { readonly organizationId: string; readonly email: string; readonly role: Role },
      mayChange: MayChange,
      once: Once,
    ): Promise<Member> =>
      orm.transact(async (db) => {
        const { organizationId, email, role } = put;
        const person = await db.person.findUnique({ where: { email } });
        if (person === null) throw new Fault('not_found', 'nobody with this e-mail address has an account');
        await lock(db, organizationId);
        const key = { organizationId_personId: { organizationId, personId: person.id } };
        const present = await db.membership.findUnique({ where: key });
        mayChange(present?.role as Role | undefined);
        const again = (await claim(db, once, person.id)) !== undefined;
        if (again && present !== null) return memberOf({ ...present, person });
        if (present?.role === Role.owner && role !== Role.owner)
          await requireAnotherOwner(db, organizationId);
        const member = await db.membership.upsert({
          where: key,
          create: { organizationId, personId: person.id, role },
          update: { role },
        });
        const action = present === null ? 'member.added' : 'member.role_changed';
        await record(db, {
          organizationId,
          actor: once.actor,
          action,
          resource: person.id,
          details: { role },
        });
        return memberOf({ ...member, person });
      }),

    /** Faults: `not_found` no such member, `conflict` last owner. */
    remove: (organizationId: string, personId: string, mayChange: MayChange, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        await lock(db, organizationId);
        const key = { organizationId_personId: { organizationId, personId } };
        const present = await db.membership.findUnique({ where: key });
        if (present === null) throw unknown('member');
        mayChange(present.role as Role);
        if (present.role === Role.owner) await requireAnotherOwner(db, organizationId);
        await db.membership.delete({ where: key });
        await record(db, { organizationId, actor, action: 'member.removed', resource: personId });
      }),
  };
}

// Two owners who remove each other at once must not both succeed.
async function lock(db: Db, organizationId: string): Promise<void> {
  await db.$queryRaw`SELECT 1 FROM organization WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
}

async function requireAnotherOwner(db: Db, organizationId: string): Promise<void> {
  const owners = await db.membership.count({ where: { organizationId, role: Role.owner } });
  if (owners < 2) throw new Fault('conflict', 'an organization must keep an owner');
}
