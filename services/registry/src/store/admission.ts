// Lets devices in by plain SQL, not through the ORM: a storm of reconnects must cost one statement per few hundred
// devices, and admitting one takes six tables and a row lock in one round trip, which no sequence of ORM calls offers.
import { uuidv7 } from '@mooring/runtime';
import type { Admission, Admitted, Refusal } from '../domain/admission.js';
import type { Session } from '../domain/session.js';
import { admitKnown, registerUnknown } from './admission-sql.js';
import { type Pool, rows } from './sql.js';

/** What became of one request of a batch. */
export type Verdict =
  | { readonly kind: 'admitted'; readonly admitted: Admitted; readonly superseded?: Session }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** No row for this device. */
  | { readonly kind: 'unknown' }
  /** Somebody else registered the device in the same moment: it is known now. */
  | { readonly kind: 'again' };

interface VerdictRow {
  readonly ord: number;
  readonly refusal: keyof typeof refusals | null;
  readonly id: string;
  readonly number: string | null;
  readonly organization_id: string;
  readonly time_zone: string;
  readonly epoch: string | null;
  readonly old_edge?: string | null;
  readonly old_connection?: string | null;
  readonly old_epoch?: string;
}

const refusals = {
  no_gateway: { code: 'not_found', message: 'its gateway is not registered' },
  foreign_gateway: { code: 'forbidden', message: 'its gateway belongs to another organization' },
  bad_token: { code: 'unauthenticated', message: 'the token matches no active credential' },
  no_token: { code: 'unauthenticated', message: 'a credential is required' },
  revoked: { code: 'unauthenticated', message: 'what it proved itself with stands no longer' },
  no_organization: { code: 'unavailable', message: 'there is no organization yet' },
} as const satisfies Record<string, Refusal>;

/** No two requests of one call may be for the same device. Faults `unavailable` and `internal`. */
export function admission(pool: Pool) {
  return {
    /** Admits or refuses those that are registered; the others are `unknown`. One statement. */
    async admit(batch: readonly Admission[]): Promise<readonly Verdict[]> {
      const found = await rows<VerdictRow>(pool, admitKnown, [
        batch.map((_, ord) => ord),
        batch.map((each) => each.dialect),
        batch.map((each) => each.identifier),
        batch.map((each) => each.tokenHash?.toString('hex') ?? null),
        batch.map((each) => each.demand),
        batch.map((each) => each.strict),
        ...whereabouts(batch),
        batch.map((each) => each.credentialId ?? null),
      ]);
      return verdicts(batch.length, found, { kind: 'unknown' });
    },

    /** Registers and admits devices without a row. One statement. */
    async register(batch: readonly Admission[]): Promise<readonly Verdict[]> {
      const made = await rows<VerdictRow>(pool, registerUnknown, [
        batch.map((_, ord) => ord),
        batch.map(() => uuidv7()),
        batch.map(() => uuidv7()),
        batch.map((each) => each.dialect),
        batch.map((each) => each.identifier),
        batch.map((each) => each.kind),
        ...whereabouts(batch),
      ]);
      return verdicts(batch.length, made, { kind: 'again' });
    },
  };
}

function whereabouts(batch: readonly Admission[]): readonly unknown[] {
  return [
    batch.map((each) => each.node),
    batch.map((each) => each.boot),
    batch.map((each) => each.connectionId),
    batch.map((each) => each.remoteAddress),
    batch.map((each) => each.gatewayNumber ?? null),
    batch.map((each) => each.traceparent),
  ];
}

function verdicts(length: number, found: readonly VerdictRow[], absent: Verdict): readonly Verdict[] {
  const verdicts = new Array<Verdict>(length).fill(absent);
  for (const row of found) verdicts[row.ord] = verdictOf(row) ?? absent;
  return verdicts;
}

function verdictOf(row: VerdictRow): Verdict | undefined {
  if (row.refusal !== null) return { kind: 'refused', refusal: refusals[row.refusal] };
  if (row.epoch === null || row.number === null) return undefined;
  const deviceNumber = BigInt(row.number);
  const admitted: Admitted = {
    deviceId: row.id,
    deviceNumber,
    organizationId: row.organization_id,
    timeZone: row.time_zone,
    epoch: BigInt(row.epoch),
  };
  const { old_edge: node, old_connection: connectionId, old_epoch: epoch } = row;
  if (!node || !connectionId || epoch === undefined) return { kind: 'admitted', admitted };
  return {
    kind: 'admitted',
    admitted,
    superseded: { deviceNumber, node, connectionId, epoch: BigInt(epoch) },
  };
}
