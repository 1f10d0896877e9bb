// Makes a printer its claimant's: moves it when it was another organization's, gives it its key, has the key sent.
import { uuidv7 } from '@mooring/runtime';
import { ClaimState } from '../domain/claim.js';
import { KeyRequestState } from '../domain/key-request.js';
import type { Session } from '../domain/session.js';
import { record } from './audit.js';
import { removeDevice } from './devices.js';
import { NO_KEY, type SealedKey, sendKey } from './link-keys.js';
import type { Db } from './orm.js';
import type { Row } from './row.js';

/** What became of the printer, and what is left to be done after the commit. */
export interface Taken {
  readonly deviceId: string;
  /** The session that the printer had in the organization that it left; it must be ended. */
  readonly left: Session | undefined;
}

/** Applies a claim to the printer of that address. The lock of its hardware xor must be held. */
export async function takePrinter(
  db: Db,
  secret: Buffer,
  claim: Row<'Claim'>,
  address: string,
  atMs: number,
): Promise<Taken> {
  const { id: claimId, organizationId, actor, sealedKey } = claim;
  const printer = await own(db, claim, address);
  const { deviceId } = printer;
  await replaceClaims(db, deviceId);
  const key = { claimId, sealedKey };
  const updatedAt = new Date(atMs);
  await db.deviceKey.upsert({
    where: { deviceId },
    create: { deviceId, ...key, updatedAt },
    update: { ...key, updatedAt },
  });
  const taken = { state: ClaimState.claimed, deviceId, claimedAt: updatedAt, sealedKey: NO_KEY };
  await db.claim.update({ where: { id: claimId }, data: taken });
  const details = { identifier: address, claim_id: claimId };
  await record(db, { organizationId, actor, action: 'device.claimed', resource: deviceId, details });
  const anew = { sentAt: null, sentCount: 0, commandId: null, refusedAt: null };
  await db.keyRequest.updateMany({ where: { deviceAddress: address }, data: anew });
  await allowLast(db, secret, address, key, atMs, printer.heardElsewhere);
  return { deviceId, left: printer.left };
}

/**
 * Allows the bridge through which the printer asked last, which who has the code decides by having it, and sends the
 * key there at once; false when it has not asked, or not since `since`.
 */
export async function allowLast(
  db: Db,
  secret: Buffer,
  address: string,
  key: SealedKey,
  atMs: number,
  since?: Date,
): Promise<boolean> {
  const request = await db.keyRequest.findFirst({
    where: { deviceAddress: address, ...(since === undefined ? {} : { lastAt: { gt: since } }) },
    orderBy: { lastAt: 'desc' },
  });
  if (request === null) return false;
  const data = { state: KeyRequestState.allowed, sentCount: 0, refusedAt: null };
  await db.keyRequest.update({ where: { id: request.id }, data });
  await sendKey(db, secret, request, key, atMs);
  return true;
}

interface Owned extends Taken {
  /** When the printer was heard last while it was another organization's. */
  readonly heardElsewhere: Date | undefined;
}

/** The printer's device in the claimant's organization: made, named, or made anew so that no history goes with it. */
async function own(db: Db, claim: Row<'Claim'>, address: string): Promise<Owned> {
  const { organizationId, name } = claim;
  const device = { organizationId, dialect: 'berg', identifier: address, name, kind: 'printer' };
  const id = uuidv7();
  // Inserted before it is looked for: an admission may register it in the same moment.
  const { count } = await db.device.createMany({ data: { ...device, id }, skipDuplicates: true });
  if (count > 0) return { deviceId: id, left: undefined, heardElsewhere: undefined };
  const known = await db.device.findUniqueOrThrow({
    where: { dialect_identifier: { dialect: 'berg', identifier: address } },
  });
  if (known.organizationId === organizationId) {
    if (known.name === '' && name !== '') await db.device.update({ where: { id: known.id }, data: { name } });
    return { deviceId: known.id, left: undefined, heardElsewhere: undefined };
  }
  await replaceClaims(db, known.id);
  const left = await removeDevice(db, known, { actor: 'system', action: 'device.transferred_away' });
  await db.device.create({ data: { ...device, id } });
  // Without a request since it was heard, the printer still holds its old key: no bridge of its old owner is allowed.
  return { deviceId: id, left, heardElsewhere: known.lastSeen ?? undefined };
}

async function replaceClaims(db: Db, deviceId: string): Promise<void> {
  const data = { state: ClaimState.replaced, sealedKey: NO_KEY };
  await db.claim.updateMany({ where: { deviceId, state: ClaimState.claimed }, data });
}
