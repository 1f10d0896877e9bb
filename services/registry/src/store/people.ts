// People with accounts: how they come to be, and what proves who they are.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Organization, User } from '../domain/account.js';
import type { Membership } from '../domain/principal.js';
import { Role } from '../domain/role.js';
import { record } from './audit.js';
import type { Db, Orm } from './orm.js';
import { organizationOf, userOf } from './row.js';

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly organizationName: string;
}

/** An organization as one of its members sees it. */
export interface Belonging {
  readonly organization: Organization;
  readonly role: Role;
}

export interface Account {
  readonly user: User;
  /** The longest-standing first. */
  readonly belongings: readonly Belonging[];
}

export function people(orm: Orm) {
  return {
    /**
     * A new account with an organization of its own. Fault `conflict` when the address is taken, `forbidden` when
     * signing up is closed and this is not the very first account.
     */
    register: (account: NewAccount, openSignup: boolean): Promise<Account> =>
      orm.transact(async (db) => {
        if (!openSignup) await requireFirst(db);
        const { email, name, passwordHash, organizationName } = account;
        if ((await db.person.findUnique({ where: { email } })) !== null) throw taken();
        const person = await db.person
          .create({ data: { id: uuidv7(), email, name, passwordHash } })
          .catch((error: unknown) => {
            if (Object(error).code === 'P2002') throw taken();
            throw error;
          });
        const organization = await db.organization.create({
          data: {
            id: uuidv7(),
            name: organizationName,
            timeZone: 'UTC',
            memberships: { create: { personId: person.id, role: Role.owner } },
          },
        });
        const about = { organizationId: organization.id, actor: person.id, resource: organization.id };
        await record(db, { ...about, action: 'organization.created' });
        return {
          user: userOf(person),
          belongings: [{ organization: organizationOf(organization), role: Role.owner }],
        };
      }),

    /** What a login is checked against; undefined when nobody has that address. */
    credentials: (email: string): Promise<{ id: string; passwordHash: string } | undefined> =>
      orm.read(async (db) => {
        const select = { id: true, passwordHash: true };
        return (await db.person.findUnique({ where: { email }, select })) ?? undefined;
      }),

    /** Somebody with all organizations; undefined when there is no such person. The id must be a UUID. */
    account: (id: string): Promise<Account | undefined> =>
      orm.read(async (db) => {
        const person = await db.person.findUnique({
          where: { id },
          include: {
            memberships: {
              include: { organization: true },
              orderBy: [{ createdAt: 'asc' }, { organizationId: 'asc' }],
            },
          },
        });
        if (person === null) return undefined;
        const belongings = person.memberships.map((each) => ({
          organization: organizationOf(each.organization),
          role: each.role as Role,
        }));
        return { user: userOf(person), belongings };
      }),

    /** A person's address and memberships, the longest-standing first; undefined when there is no such person. */
    standing: (id: string): Promise<{ email: string; memberships: readonly Membership[] } | undefined> =>
      orm.read(async (db) => {
        const person = await db.person.findUnique({
          where: { id },
          select: {
            email: true,
            memberships: { orderBy: [{ createdAt: 'asc' }, { organizationId: 'asc' }] },
          },
        });
        if (person === null) return undefined;
        const memberships = person.memberships.map((each) => ({
          organizationId: each.organizationId,
          role: each.role as Role,
        }));
        return { email: person.email, memberships };
      }),
  };
}

async function requireFirst(db: Db): Promise<void> {
  // Two at once must not both be the first.
  await db.$executeRaw`SELECT pg_advisory_xact_lock(7266701)`;
  if ((await db.person.count({ take: 1 })) > 0) throw new Fault('forbidden', 'signing up is closed');
}

function taken(): Fault {
  return new Fault('conflict', 'this e-mail address has an account', {
    details: [{ field: 'email', message: 'has an account' }],
  });
}
