// Printers and bridges for tests of claims: what they ask, what they are sent, what their owners do.
import { randomBytes } from 'node:crypto';
import { registry } from '@mooring/proto';
import { postgresPool } from '@mooring/runtime';
import { keyRequests } from '../src/claims/key-requests.js';
import { encodeClaimCode } from '../src/domain/claim-code.js';
import { hardwareXor } from '../src/domain/hardware-xor.js';
import { linkKey } from '../src/domain/link-key.js';
import { notices } from '../src/presence/notices.js';
import { openPayload } from '../src/store/command-queue.js';
import { keyRequests as keyRequestStore } from '../src/store/key-requests.js';
import { orm } from '../src/store/orm.js';
import { enrol, newAccount, startRegistry } from './_registry.js';

export type Claims = Awaited<ReturnType<typeof startClaims>>;
export type Account = Awaited<ReturnType<typeof newAccount>>;

/** A registry with what hears of key requests, as the bridges' edge would tell it. */
export async function startClaims() {
  const secret = randomBytes(32);
  const running = await startRegistry({ REGISTRY_SECRET: secret.toString('base64') });
  const pool = postgresPool(running.postgres.url('registry'), { max: 4, name: 'claims' });
  const heard = keyRequests({
    store: { keyRequests: keyRequestStore(orm(pool)) },
    secret,
    notices: notices(running.bus),
    committed: () => undefined,
    commanded: () => undefined,
  });
  const { client, query } = running;
  return {
    ...running,
    newAccount: () => newAccount(client),

    /** A bridge that somebody enrolled; it is never online unless a test lets it in. */
    newBridge: (owner: Account): Promise<registry.Device> =>
      enrol(client, owner.principal, { dialect: 'berg', identifier: newAddress(), kind: 'bridge' }),

    /** A printer asks for its key through a bridge. */
    asks: (printer: Pick<Printer, 'address'>, bridge: registry.Device, atMs = Date.now()): Promise<void> =>
      heard.requested({ bridgeNumber: bridge.number, address: printer.address, atMs }),

    claim: (owner: Account, code: string, fields: Partial<registry.CreateClaimRequest> = {}) =>
      running.claims.createClaim(
        registry.CreateClaimRequest.fromPartial({ principal: owner.principal, code, ...fields }),
      ),

    claimsOf: async ({ principal }: Account, state = '') =>
      (await running.claims.listClaims(registry.ListClaimsRequest.fromPartial({ principal, state }))).items,

    keyRequestsOf: async ({ principal }: Account, deviceId: string) =>
      (await running.claims.listKeyRequests({ principal, deviceId })).items,

    device: async ({ principal }: Account, id: string) => (await client.getDevice({ principal, id })).device,

    /** What was recorded in somebody's organization, the oldest first: actions, with details where there are any. */
    audit: async ({ principal }: Account) => {
      const { items } = await client.listAudit({ principal, limit: 500, cursor: '' });
      return items
        .map(({ action, resource, detailsJson }) => ({ action, resource, details: JSON.parse(detailsJson) }))
        .reverse();
    },

    /** The keys that were sent to a bridge, in order: for which printer, and which. */
    sentTo: async (bridge: registry.Device) => {
      const text = 'SELECT id, sealed_payload FROM command WHERE device_id = $1::uuid ORDER BY id';
      const found = await query<{ id: string; sealed_payload: Buffer }>(text, [bridge.id]);
      return found.map(({ id, sealed_payload: sealed }) => {
        const action = openPayload(secret, id, sealed);
        if (action.$case !== 'bridge') throw new Error('not a command for a bridge');
        const params = JSON.parse(action.value.paramsJson);
        return { name: action.value.name, address: params.device_address, key: params.encryption_key };
      });
    },

    /** The bridges have answered everything that they were sent. */
    settle: (state: 'succeeded' | 'failed'): Promise<object[]> =>
      query('UPDATE command SET state = $1, settled_at = now(), due_at = NULL WHERE settled_at IS NULL', [
        state,
      ]),

    stop: async (): Promise<void> => {
      await pool.end();
      await running.stop();
    },
  };
}

export interface Printer {
  readonly address: string;
  readonly code: string;
  /** As it is sent. */
  readonly key: string;
}

/** A printer that was just reset: its code fits its address, and nothing else is known of it. */
export function newPrinter(address = newAddress()): Printer {
  const secret = BigInt(`0x${randomBytes(5).toString('hex')}`);
  const code = encodeClaimCode(hardwareXor(address), secret);
  return { address, code, key: linkKey(secret).toString('base64') };
}

/** Another address with the same hardware xor. */
export function twinOf(address: string): string {
  const bytes = Buffer.from(address, 'hex');
  // Bytes 0 and 5 from the end go into the same part of the xor.
  for (const at of [7, 2]) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
  return bytes.toString('hex');
}

function newAddress(): string {
  return randomBytes(8).toString('hex');
}

/** What `sentTo` says when a bridge was sent a printer's key. */
export function keyOf({ address, key }: Printer) {
  return { name: 'add_device_encryption_key', address, key };
}
