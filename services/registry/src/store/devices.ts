// Devices one at a time: enrolled, read, changed, deleted by people.
import { Fault, uuidv7 } from '@mooring/runtime';
import type { Device } from '../domain/device.js';
import { hardwareXor } from '../domain/hardware-xor.js';
import type { Dialect } from '../domain/identifier.js';
import type { JsonObject } from '../domain/json.js';
import type { Session } from '../domain/session.js';
import { record } from './audit.js';
import { lockXor } from './claims-match.js';
import { claim, type Once } from './idempotency.js';
import type { Db, Orm } from './orm.js';
import { allowCertificates, revokeCertificates } from './revoked-certificates.js';
import { deviceOf, withTimeZone } from './row.js';
import { locationOf } from './sessions.js';

export interface NewDevice {
  readonly organizationId: string;
  readonly dialect: Dialect;
  readonly identifier: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly kind: string;
  readonly parentId: string | undefined;
}

export interface DeviceChange {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly kind?: string;
}

/** What services that keep a copy need of a device. */
export interface DescribedDevice {
  readonly id: string;
  readonly number: bigint;
  readonly organizationId: string;
  readonly identifier: string;
  readonly tags: string[];
}

export function devices(orm: Orm) {
  return {
    /** Fault `conflict` when any organization has a device of that dialect and identifier; `invalid` for a foreign parent. */
    create: (device: NewDevice, once: Once): Promise<Device> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) return read(db, earlier);
        const { organizationId, dialect, identifier, parentId } = device;
        if (parentId !== undefined) await requireParent(db, organizationId, parentId);
        const { count } = await db.device.createMany({
          data: { ...device, id, tags: [...device.tags], parentId: parentId ?? null },
          skipDuplicates: true,
        });
        // Whose it is stays untold: the identifier may be another organization's.
        if (count === 0)
          throw new Fault('conflict', 'a device with this dialect and identifier is registered already');
        if (dialect === 'nerveshub') await allowCertificates(db, { organizationId, commonName: identifier });
        const about = { organizationId, actor: once.actor, resource: id };
        await record(db, { ...about, action: 'device.created', details: { dialect, identifier } });
        return read(db, id);
      }),

    get: (id: string): Promise<Device | undefined> =>
      orm.read(async (db) => {
        const row = await db.device.findUnique({ where: { id }, include: withTimeZone });
        return row === null ? undefined : deviceOf(row);
      }),

    /** Those of these ids that there are. */
    described: (ids: readonly string[]): Promise<readonly DescribedDevice[]> =>
      orm.read((db) =>
        db.device.findMany({
          where: { id: { in: [...ids] } },
          select: { id: true, number: true, organizationId: true, identifier: true, tags: true },
        }),
      ),

    /** Fault `not_found` when it is gone. What must be published must be relayed afterwards. */
    update: (id: string, change: DeviceChange, actor: string): Promise<Device> =>
      orm.transact(async (db) => {
        const { tags, ...plain } = change;
        const data = { ...plain, ...(tags === undefined ? {} : { tags: [...tags] }) };
        const row = await db.device.update({ where: { id }, data, include: withTimeZone });
        const about = { organizationId: row.organizationId, actor, resource: id };
        await record(db, { ...about, action: 'device.updated', details: change as JsonObject });
        if (tags !== undefined) await tellChanged(db, row);
        return deviceOf(row);
      }),

    /** Deletes a device with its credentials and history; answers the session that it leaves behind at an edge. */
    remove: (device: Device, actor: string): Promise<Session | undefined> =>
      orm.transact((db) => removeDevice(db, device, { actor, action: 'device.deleted' })),
  };
}

/** Its row is locked by the change, so that what is told of one device is in the order in which it was changed. */
async function tellChanged(
  db: Db,
  device: Omit<DescribedDevice, 'tags'> & { readonly tags: string[] },
): Promise<void> {
  const { id: deviceId, number: deviceNumber, organizationId, identifier, tags } = device;
  const fact = { kind: 'changed', deviceId, deviceNumber, organizationId, identifier, tags: [...tags] };
  await db.outbox.create({ data: fact });
}

/** Deletes a device for the reason that `deed` says; answers the session that it leaves behind. Fault `not_found` when it is gone. */
export async function removeDevice(
  db: Db,
  device: Pick<Device, 'id' | 'number' | 'organizationId' | 'dialect' | 'identifier'>,
  deed: { readonly actor: string; readonly action: string },
): Promise<Session | undefined> {
  const { id, number, organizationId, dialect, identifier } = device;
  if (dialect === 'berg') await forgetBridges(db, identifier);
  // Locked before it is deleted, so that no admission can come in between and leave an unknown session.
  const [row] = await db.$queryRaw<
    { number: string; epoch: string; edge: string | null; connection_id: string | null }[]
  >`SELECT number::text, epoch::text, edge, connection_id FROM device WHERE id = ${id}::uuid FOR UPDATE`;
  if (row === undefined) throw new Fault('not_found', 'no such device');
  await revokeCertificates(db, { organizationId, deviceId: id });
  await db.device.delete({ where: { id } });
  const { epoch, session } = locationOf(row);
  const fact = { deviceId: id, deviceNumber: number, organizationId, dialect, identifier, epoch };
  await db.outbox.create({ data: { ...fact, kind: 'deleted' } });
  await record(db, { organizationId, ...deed, resource: id, details: { dialect, identifier } });
  return session;
}

/** Whoever has the printer next decides anew through which bridges it may have its key. */
async function forgetBridges(db: Db, identifier: string): Promise<void> {
  await lockXor(db, hardwareXor(identifier));
  const data = { state: 'unclaimed', sentAt: null, sentCount: 0, commandId: null, refusedAt: null };
  await db.keyRequest.updateMany({ where: { deviceAddress: identifier }, data });
}

async function read(db: Db, id: string): Promise<Device> {
  return deviceOf(await db.device.findUniqueOrThrow({ where: { id }, include: withTimeZone }));
}

async function requireParent(db: Db, organizationId: string, id: string): Promise<void> {
  if ((await db.device.count({ where: { id, organizationId } })) > 0) return;
  throw new Fault('invalid', 'the parent is not a device of this organization', {
    details: [{ field: 'parent', message: 'is not a device of this organization' }],
  });
}
