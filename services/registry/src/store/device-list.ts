// Lists of devices: which ones, in the order of their ids.
import type { Device } from '../domain/device.js';
import type { Page } from '../domain/page.js';
import type { Prisma } from './generated/client.js';
import type { Orm } from './orm.js';
import { deviceOf, withTimeZone } from './row.js';

/** Absent or empty members do not filter. */
export interface DeviceFilter {
  readonly dialect: string;
  readonly online: boolean | undefined;
  readonly tag: string;
  /** Part of the name or identifier, in either case. */
  readonly query: string;
  readonly parentId: string;
}

export function deviceList(orm: Orm) {
  /** One more row than the page holds when there are more. */
  return (organizationIds: readonly string[], filter: DeviceFilter, page: Page): Promise<readonly Device[]> =>
    orm.read(async (db) => {
      const found = await db.device.findMany({
        where: { organizationId: { in: [...organizationIds] }, ...matching(filter), ...after(page) },
        include: withTimeZone,
        orderBy: { id: 'asc' },
        take: page.limit + 1,
      });
      return found.map(deviceOf);
    });
}

function after(page: Page): Prisma.DeviceWhereInput {
  return page.after === undefined ? {} : { id: { gt: page.after } };
}

function matching(filter: DeviceFilter): Prisma.DeviceWhereInput {
  const { dialect, online, tag, query, parentId } = filter;
  // Prisma puts the text into LIKE as it is: https://github.com/prisma/prisma/issues/3159
  const part = { contains: query.replaceAll(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const };
  return {
    ...(dialect === '' ? {} : { dialect }),
    ...(online === undefined ? {} : { online }),
    ...(tag === '' ? {} : { tags: { has: tag } }),
    ...(parentId === '' ? {} : { parentId }),
    ...(query === '' ? {} : { OR: [{ name: part }, { identifier: part }] }),
  };
}
