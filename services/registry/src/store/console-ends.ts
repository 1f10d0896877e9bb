// Decides which told ends of consoles are news: an end is kept once, whether its edge tells it or the registry found it out.
import type { ToldDeed } from '../domain/audit-record.js';
import { closedConsole } from '../domain/console.js';
import type { Db } from './orm.js';

/** Those of the deeds that are not the end of a console whose end is noted already; others' ends count as noted now. */
export async function withoutKnownEnds(db: Db, told: readonly ToldDeed[]): Promise<readonly ToldDeed[]> {
  const fresh: ToldDeed[] = [];
  for (const deed of told) {
    const id = closedConsole(deed);
    if (id === undefined || (await isNews(db, id, deed))) fresh.push(deed);
  }
  return fresh;
}

/** Of a console that is not here nothing is known: an edge of an earlier version opened it. */
async function isNews(db: Db, id: string, { organizationId, at }: ToldDeed): Promise<boolean> {
  const where = { id, organizationId };
  const { count } = await db.consoleSession.updateMany({
    where: { ...where, closedAt: null },
    data: { closedAt: at },
  });
  return count > 0 || (await db.consoleSession.count({ where })) === 0;
}
