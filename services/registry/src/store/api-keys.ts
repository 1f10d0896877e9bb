// API keys: only their hashes are kept, and no key outranks the person who made it.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { ApiKey } from '../domain/account.js';
import type { Page } from '../domain/page.js';
import { lesserRole, type Role } from '../domain/role.js';
import type { Scope } from '../domain/scopes.js';
import { hashSecret, prefixOf, SecretKind } from '../domain/secret.js';
import { record } from './audit.js';
import { claim, type Once } from './idempotency.js';
import type { Orm } from './orm.js';
import { apiKeyOf } from './row.js';

export interface NewApiKey {
  readonly organizationId: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | undefined;
}

/** What a key stands for at this moment. */
export interface KeyStanding {
  readonly id: string;
  readonly organizationId: string;
  /** The lesser of the key's role and the present role of the person who made it. */
  readonly role: Role;
  readonly scopes: readonly Scope[];
}

export function apiKeys(orm: Orm) {
  return {
    /** `secretFor` makes the key's secret once its id is certain; a repetition gives the first key's id. */
    create: (
      key: NewApiKey,
      by: { readonly userId?: string; readonly apiKeyId?: string },
      secretFor: (id: string) => string,
      once: Once,
    ): Promise<{ readonly apiKey: ApiKey; readonly secret: string }> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) {
          const apiKey = apiKeyOf(await db.apiKey.findUniqueOrThrow({ where: { id: earlier } }));
          return { apiKey, secret: secretFor(earlier) };
        }
        const maker =
          by.apiKeyId === undefined ? null : await db.apiKey.findUnique({ where: { id: by.apiKeyId } });
        const personId = by.userId ?? maker?.personId;
        if (personId === undefined) throw new Fault('unauthenticated', 'the key that asks exists no longer');
        const secret = secretFor(id);
        const row = await db.apiKey.create({
          data: {
            ...key,
            id,
            personId,
            scopes: [...key.scopes],
            prefix: prefixOf(secret, SecretKind.apiKey),
            secretHash: Buffer.from(hashSecret(secret)),
            expiresAt: key.expiresAt ?? null,
          },
        });
        const details = { name: key.name, role: key.role, scopes: key.scopes };
        const about = { organizationId: key.organizationId, actor: once.actor, resource: id };
        await record(db, { ...about, action: 'api_key.created', details });
        return { apiKey: apiKeyOf(row), secret };
      }),

    list: (organizationIds: readonly string[], page: Page): Promise<readonly ApiKey[]> =>
      orm.read(async (db) => {
        const after = page.after === undefined ? {} : { id: { gt: page.after } };
        const found = await db.apiKey.findMany({
          where: { organizationId: { in: [...organizationIds] }, ...after },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        });
        return found.map(apiKeyOf);
      }),

    get: (id: string): Promise<ApiKey | undefined> =>
      orm.read(async (db) => {
        const row = await db.apiKey.findUnique({ where: { id } });
        return row === null ? undefined : apiKeyOf(row);
      }),

    /** Fault `not_found` when it is gone already. */
    remove: (key: ApiKey, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        await db.apiKey.delete({ where: { id: key.id } });
        const about = { organizationId: key.organizationId, actor, resource: key.id };
        await record(db, { ...about, action: 'api_key.deleted', details: { name: key.name } });
      }),

    /** What a secret, or a key's UUID, stands for: undefined when no key has it, when it expired, or when its maker has left. */
    standing: (by: { readonly secret: string } | { readonly id: string }): Promise<KeyStanding | undefined> =>
      orm.read(async (db) => {
        const where = 'id' in by ? by : { secretHash: Buffer.from(hashSecret(by.secret)) };
        const row = await db.apiKey.findUnique({ where });
        const now = Date.now();
        if (row === null || (row.expiresAt !== null && row.expiresAt.getTime() <= now)) return undefined;
        const { id, organizationId, personId } = row;
        const maker = await db.membership.findUnique({
          where: { organizationId_personId: { organizationId, personId } },
        });
        if (maker === null) return undefined;
        // Once a minute tells as much as at every request and costs no write per request.
        if (row.lastUsedAt === null || row.lastUsedAt.getTime() < now - 60_000) {
          await db.apiKey.updateMany({ where: { id }, data: { lastUsedAt: new Date(now) } });
        }
        const role = lesserRole(row.role as Role, maker.role as Role);
        return { id, organizationId, role, scopes: row.scopes as Scope[] };
      }),
  };
}
