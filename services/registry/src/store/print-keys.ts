// Print keys: only their hashes are kept, with who used them.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Device } from '../domain/device.js';
import type { Page } from '../domain/page.js';
import type { PrintKey } from '../domain/print-key.js';
import { hashSecret, prefixOf, SecretKind } from '../domain/secret.js';
import { record } from './audit.js';
import { claim, type Once } from './idempotency.js';
import type { Db, Orm } from './orm.js';
import { deviceOf, printKeyOf } from './row.js';

/** What a secret lets print where. */
export interface OpenedPrintKey {
  readonly printKey: PrintKey;
  readonly device: Device;
  readonly organizationName: string;
}

const MAX_PER_DEVICE = 100;
const MAX_SENDERS = 50;

export function printKeys(orm: Orm) {
  return {
    /** `secretFor` makes the secret once the id is certain; a repetition gives the first one's id. Fault `exhausted` beyond 100. */
    create: (
      device: Device,
      name: string,
      secretFor: (id: string) => string,
      once: Once,
    ): Promise<{ readonly printKey: PrintKey; readonly secret: string }> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) {
          const printKey = printKeyOf(await db.printKey.findUniqueOrThrow({ where: { id: earlier } }));
          return { printKey, secret: secretFor(earlier) };
        }
        const { id: deviceId, organizationId } = device;
        if ((await db.printKey.count({ where: { deviceId } })) >= MAX_PER_DEVICE) {
          throw new Fault('exhausted', `a printer has at most ${MAX_PER_DEVICE} print keys`);
        }
        const secret = secretFor(id);
        const prefix = prefixOf(secret, SecretKind.printKey);
        const secretHash = Uint8Array.from(hashSecret(secret));
        const row = await db.printKey.create({ data: { id, deviceId, name, prefix, secretHash } });
        const about = { organizationId, actor: once.actor, resource: deviceId };
        await record(db, { ...about, action: 'print_key.created', details: { print_key_id: id, name } });
        return { printKey: printKeyOf(row), secret };
      }),

    list: (deviceId: string, page: Page): Promise<readonly PrintKey[]> =>
      orm.read(async (db) => {
        const after = page.after === undefined ? {} : { id: { gt: page.after } };
        const found = await db.printKey.findMany({
          where: { deviceId, ...after },
          orderBy: { id: 'asc' },
          take: page.limit + 1,
        });
        return found.map(printKeyOf);
      }),

    /** Fault `not_found` when the device has no such key. */
    remove: (device: Device, id: string, actor: string): Promise<void> =>
      orm.transact(async (db) => {
        const { count } = await db.printKey.deleteMany({ where: { id, deviceId: device.id } });
        if (count === 0) throw new Fault('not_found', 'no such print key');
        const about = { organizationId: device.organizationId, actor, resource: device.id };
        await record(db, { ...about, action: 'print_key.deleted', details: { print_key_id: id } });
      }),

    /** What a secret stands for; undefined when no key has it. With `use` it is counted, under the sender's name if there is one. */
    open: (
      secret: string,
      use: { readonly sender: string } | undefined,
    ): Promise<OpenedPrintKey | undefined> =>
      orm.transact(async (db) => {
        const secretHash = Uint8Array.from(hashSecret(secret));
        if (use !== undefined) await count(db, secretHash, use.sender);
        const row = await db.printKey.findUnique({
          where: { secretHash },
          include: { device: { include: { organization: { select: { timeZone: true, name: true } } } } },
        });
        if (row === null) return undefined;
        const { device } = row;
        return {
          printKey: printKeyOf(row),
          device: deviceOf(device),
          organizationName: device.organization.name,
        };
      }),
  };
}

/** In one statement, so that uses at the same time are all counted. */
async function count(db: Db, secretHash: Uint8Array, sender: string): Promise<void> {
  await db.$executeRaw`
    UPDATE print_key SET uses = uses + 1, last_used_at = now(),
      senders = CASE WHEN ${sender} = '' THEN senders
        ELSE (ARRAY[${sender}] || array_remove(senders, ${sender}))[1:${MAX_SENDERS}::int] END
    WHERE secret_hash = ${secretHash}`;
}
