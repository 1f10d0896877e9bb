// Makes a claim: a code that is known leads to what it led to before, a new one to the printer that it fits.
import { Fault, systemClock, uuidv7 } from '@mooring/runtime';
import { type Claim, ClaimState, type NewClaim } from '../domain/claim.js';
import type { Device } from '../domain/device.js';
import type { Session } from '../domain/session.js';
import { record } from './audit.js';
import { findPrinter, lockXor } from './claims-match.js';
import { allowLast, takePrinter } from './claims-take.js';
import { claim as claimOnce, type Once } from './idempotency.js';
import { sealKey } from './link-keys.js';
import type { Db, Orm } from './orm.js';
import { claimOf, deviceOf, type Row, withTimeZone } from './row.js';

/** What making a claim led to. */
export interface MadeClaim {
  readonly claim: Claim;
  readonly device: Device | undefined;
  /** The session of the printer in the organization that it left; it must be ended. */
  readonly left: Session | undefined;
}

/**
 * The cases of berg.md 5.4. Fault `conflict` for a code that anybody else has used, or that a newer one has replaced.
 * Outbox and dispatcher must be poked afterwards.
 */
export function createClaim(orm: Orm) {
  return (secret: Buffer, made: NewClaim, once: Once): Promise<MadeClaim> =>
    orm.transact(async (db) => {
      await lockXor(db, made.hardwareXor);
      const prior = await findPrior(db, made.codeHash);
      const mine = prior?.organizationId === made.organizationId ? prior : undefined;
      const id = mine?.id ?? uuidv7();
      const earlier = await claimOnce(db, once, id);
      if (earlier !== undefined) return outcome(db, earlier);
      if (prior !== undefined && (mine === undefined || mine.state === ClaimState.replaced)) throw used();
      if (mine?.state === ClaimState.claimed) return again(db, secret, mine, made.identifier, once.actor);
      const claim = mine ?? (await insert(db, secret, id, made, once.actor));
      const address = await findPrinter(db, made);
      if (address === undefined) return outcome(db, await wait(db, claim, made));
      const { left } = await takePrinter(db, secret, claim, address, systemClock.now());
      return outcome(db, id, left);
    });
}

/** The last claim with that code that still counts: a withdrawn one does not, nor one whose device was deleted. */
async function findPrior(db: Db, codeHash: Buffer): Promise<Row<'Claim'> | undefined> {
  const counting = [
    { state: { in: [ClaimState.pending, ClaimState.replaced] } },
    { state: ClaimState.claimed, deviceId: { not: null } },
  ];
  const where = { codeHash: Uint8Array.from(codeHash), OR: counting };
  return (await db.claim.findFirst({ where, orderBy: { id: 'desc' } })) ?? undefined;
}

async function insert(db: Db, secret: Buffer, id: string, made: NewClaim, actor: string) {
  const { linkKey, codeHash, ...plain } = made;
  const { organizationId, codeHint } = plain;
  const row = await db.claim.create({
    data: {
      ...plain,
      id,
      actor,
      codeHash: Uint8Array.from(codeHash),
      sealedKey: sealKey(secret, id, linkKey),
      state: ClaimState.pending,
    },
  });
  const details = { code_hint: codeHint };
  await record(db, { organizationId, actor, action: 'claim.created', resource: id, details });
  return row;
}

/** Leaves the claim pending, for the printer that was named last. */
async function wait(db: Db, { id }: Row<'Claim'>, { identifier }: NewClaim): Promise<string> {
  if (identifier !== '') await db.claim.update({ where: { id }, data: { identifier } });
  return id;
}

/** The same code again proves that its claimant has the printer at hand: its bridge is confirmed, its key sent anew. */
async function again(
  db: Db,
  secret: Buffer,
  claim: Row<'Claim'>,
  meant: string,
  actor: string,
): Promise<MadeClaim> {
  const { id, organizationId } = claim;
  const key = await db.deviceKey.findFirstOrThrow({ where: { claimId: id }, include: { device: true } });
  const { identifier } = key.device;
  if (meant !== '' && meant !== identifier) {
    throw new Fault('conflict', `this code has claimed ${identifier}: delete that device to claim another`);
  }
  if (await allowLast(db, secret, identifier, key, systemClock.now())) {
    const about = { organizationId, actor, resource: key.deviceId };
    await record(db, { ...about, action: 'device.key_allowed', details: { identifier, claim_id: id } });
  }
  return outcome(db, id);
}

async function outcome(db: Db, id: string, left?: Session): Promise<MadeClaim> {
  const row = await db.claim.findUniqueOrThrow({
    where: { id },
    include: { device: { include: withTimeZone } },
  });
  return { claim: claimOf(row), device: row.device === null ? undefined : deviceOf(row.device), left };
}

/** Says the same whoever used the code. */
function used(): Fault {
  const message = 'has been used already';
  return new Fault('conflict', `this code ${message}: hold the printer's reset to have it print a new one`, {
    details: [{ field: 'code', message }],
  });
}
