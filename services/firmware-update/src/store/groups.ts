// Keeps deployment groups as people make and change them. The row of a group is locked while it is changed.
import { Fault, isFault, postgresFault } from '@mooring/runtime';
import type { DeploymentGroup } from '../domain/group.js';
import type { Note } from '../domain/note.js';
import type { Page } from './artifacts.js';
import type { Database } from './client.js';
import type { Prisma } from './generated/client.js';
import { groupOf, progressRow, settingsRow, withFirmware } from './group-row.js';
import { claimOnce, type Once } from './idempotency.js';
import { keepNotesIn } from './outbox.js';

/** A change with what follows from it; `gather`: devices without a group are looked at for this one. */
export interface GroupChange {
  readonly group: DeploymentGroup;
  readonly notes: readonly Note[];
  readonly gather?: boolean;
}

/** At most `limit` of them, newest first; of one product unless that is empty. */
export function listGroups(
  database: Database,
  organizationIds: readonly string[],
  product: string,
  { limit, after }: Page,
): Promise<DeploymentGroup[]> {
  const where = {
    organizationId: { in: [...organizationIds] },
    ...(product === '' ? {} : { product }),
    ...(after === undefined ? {} : { id: { lt: after } }),
  };
  return asked(async () => {
    const orderBy = { id: 'desc' } as const;
    const rows = await database.deploymentGroup.findMany({
      where,
      orderBy,
      take: limit,
      include: withFirmware,
    });
    return rows.map(groupOf);
  });
}

/** Fault `not_found`. */
export function getGroup(
  database: Database | Prisma.TransactionClient,
  organizationIds: readonly string[],
  id: string,
): Promise<DeploymentGroup> {
  const where = { id, organizationId: { in: [...organizationIds] } };
  return asked(async () => {
    const row = await database.deploymentGroup.findFirst({ where, include: withFirmware });
    if (row === null) throw new Fault('not_found', 'no such deployment group');
    return groupOf(row);
  });
}

/** The group, whosever it is, if it is there. */
export async function groupById(database: Database, id: string): Promise<DeploymentGroup | undefined> {
  const row = await asked(() =>
    database.deploymentGroup.findUnique({ where: { id }, include: withFirmware }),
  );
  return row === null ? undefined : groupOf(row);
}

/** The group, or what the first request with the same idempotency key made. Fault `conflict` for a name that is taken. */
export function createGroup(
  database: Database,
  draft: Omit<DeploymentGroup, 'number'>,
  notes: readonly Note[],
  once: Once,
): Promise<{ readonly group: DeploymentGroup; readonly existed: boolean }> {
  return named(() =>
    database.$transaction(async (tx) => {
      const earlier = await claimOnce(tx, once, draft.id);
      if (earlier !== undefined) {
        const first = await tx.deploymentGroup.findUnique({ where: { id: earlier }, include: withFirmware });
        if (first === null) throw new Fault('conflict', 'the group that this request made is deleted');
        return { group: groupOf(first), existed: true };
      }
      const { id, organizationId, revision } = draft;
      const times = { createdAt: new Date(draft.createdAtMs), updatedAt: new Date(draft.updatedAtMs) };
      // The number is the database's to give.
      const group = { ...draft, number: 0 };
      const data = { id, organizationId, revision, gathered: false, ...times };
      const row = await tx.deploymentGroup.create({
        data: { ...data, ...settingsRow(group), ...progressRow(group) },
        include: withFirmware,
      });
      await keepNotesIn(tx, notes);
      return { group: groupOf(row), existed: false };
    }),
  );
}

/** Changes it by what `change` makes of it. Faults `not_found`, `conflict` for a name that is taken, and those of `change`. */
export function changeGroup(
  database: Database,
  organizationIds: readonly string[],
  id: string,
  nowMs: number,
  change: (group: DeploymentGroup, tx: Prisma.TransactionClient) => GroupChange | Promise<GroupChange>,
): Promise<DeploymentGroup> {
  return named(() =>
    database.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM deployment_group WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      const before = await getGroup(tx, organizationIds, id);
      const { group, notes, gather = false } = await change(before, tx);
      const row = await tx.deploymentGroup.update({
        where: { id },
        data: {
          ...settingsRow(group),
          ...progressRow(group),
          revision: before.revision + 1,
          updatedAt: new Date(nowMs),
          ...(gather ? { gathered: false } : {}),
        },
        include: withFirmware,
      });
      await keepNotesIn(tx, notes);
      return groupOf(row);
    }),
  );
}

/** Deletes it: its devices are in no group then. Fault `not_found`. */
export function deleteGroup(
  database: Database,
  organizationIds: readonly string[],
  id: string,
  notesOf: (group: DeploymentGroup) => readonly Note[],
): Promise<DeploymentGroup> {
  return asked(() =>
    database.$transaction(async (tx) => {
      const group = await getGroup(tx, organizationIds, id);
      // Devices before groups, as everyone locks them.
      await tx.$queryRaw`
        SELECT 1 FROM fleet_device WHERE group_id = ${id}::uuid ORDER BY device_id FOR NO KEY UPDATE`;
      await tx.$executeRaw`UPDATE fleet_device SET group_id = NULL, taken_release = NULL WHERE group_id = ${id}::uuid`;
      await tx.deploymentGroup.delete({ where: { id } });
      await keepNotesIn(tx, notesOf(group));
      return group;
    }),
  );
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await asked(work);
  } catch (error) {
    // Faults with details are answers already; this one comes from the table.
    if (!isFault(error, 'conflict') || error.cause === undefined) throw error;
    const message = 'belongs to another deployment group of the product';
    const details = [{ field: 'name', message }];
    throw new Fault('conflict', `name ${message}`, { cause: error, details });
  }
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw postgresFault(error);
  }
}
