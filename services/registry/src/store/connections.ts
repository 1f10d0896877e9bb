// The history of a device's connections.
import type { Connection } from '../domain/device.js';
import type { Page } from '../domain/page.js';
import type { Orm } from './orm.js';
import { connectionOf } from './row.js';

export function connections(orm: Orm) {
  return {
    /** The newest first; one more row than the page holds when there are more. */
    list: (deviceId: string, page: Page): Promise<readonly Connection[]> =>
      orm.read(async (db) => {
        const before = page.after === undefined ? {} : { epoch: { lt: BigInt(page.after) } };
        const found = await db.connection.findMany({
          where: { deviceId, ...before },
          orderBy: { epoch: 'desc' },
          take: page.limit + 1,
        });
        return found.map(connectionOf);
      }),
  };
}
