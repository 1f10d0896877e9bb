// Which printer a claim is about, among those that were heard of.
import { ClaimState } from '../domain/claim.js';
import { hardwareXor } from '../domain/hardware-xor.js';
import type { Db } from './orm.js';
import type { Row } from './row.js';

// Any number, as long as no other pair of locks of this database has it.
const CLAIM_LOCKS = 7_266_701;

/** Until the transaction ends nobody else claims, unclaims or gives a key to a printer of this hardware xor. */
export async function lockXor(db: Db, hardwareXor: number): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(${CLAIM_LOCKS}::int, ${hardwareXor}::int)`;
}

/** What a claim is matched by; an empty identifier means any printer. */
export interface Sought {
  readonly organizationId: string;
  readonly hardwareXor: number;
  readonly identifier: string;
}

/**
 * The address of the printer that is meant; undefined when none was heard of. Unclaimed ones come first, then the
 * organization's own, then the one that asked for its key last (berg.md 5.4). Bridges are none.
 */
export async function findPrinter(db: Db, sought: Sought): Promise<string | undefined> {
  const { organizationId, hardwareXor, identifier } = sought;
  const [found] = await db.$queryRaw<{ address: string }[]>`
    SELECT h.address
    FROM (
      SELECT device_address AS address, last_at FROM key_request WHERE hardware_xor = ${hardwareXor}
      UNION ALL
      SELECT identifier, NULL FROM device
      WHERE dialect = 'berg' AND berg_hardware_xor(identifier) = ${hardwareXor}
    ) h
    LEFT JOIN device d ON d.dialect = 'berg' AND d.identifier = h.address
    LEFT JOIN device_key k ON k.device_id = d.id
    WHERE (${identifier} = '' OR h.address = ${identifier})
      AND d.kind IS DISTINCT FROM 'bridge'
      AND NOT EXISTS (SELECT FROM key_request b WHERE b.bridge_id = d.id)
      AND NOT EXISTS (SELECT FROM device c WHERE c.parent_id = d.id)
    GROUP BY h.address, d.organization_id, k.device_id
    ORDER BY k.device_id IS NOT NULL, d.organization_id IS DISTINCT FROM ${organizationId}::uuid AND k.device_id IS NOT NULL,
      max(h.last_at) DESC NULLS LAST, h.address
    LIMIT 1`;
  return found?.address;
}

/** The newest claim that waits for the printer of that address (berg.md 5.4). */
export async function findClaim(db: Db, address: string): Promise<Row<'Claim'> | undefined> {
  const found = await db.claim.findFirst({
    where: {
      hardwareXor: hardwareXor(address),
      state: ClaimState.pending,
      identifier: { in: ['', address] },
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  return found ?? undefined;
}
