// Link keys at rest and on their way: sealed for one claim, sent to one bridge.
import { currentTraceparent, seal, systemClock, unseal } from '@mooring/runtime';
import { queueCommand } from './command-queue.js';
import type { Db } from './orm.js';

/** A bridge that gets no key within this time has its printer ask again. */
const EXPIRES_MS = 10 * 60_000;

/** A printer's key as it is kept. */
export interface SealedKey {
  readonly claimId: string;
  readonly sealedKey: Uint8Array;
}

/** What a claim keeps once a device has its key, or nobody may have it any more. */
export const NO_KEY = new Uint8Array();

/** The link key under the service's secret, for this claim alone. */
export function sealKey(secret: Buffer, claimId: string, linkKey: Buffer): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(seal(secret, nameOf(claimId), linkKey.toString('base64')));
}

/**
 * Queues the key for the bridge of a key request, which it notes there (berg.md 3.3). The dispatcher must be poked after
 * the commit.
 */
export async function sendKey(
  db: Db,
  secret: Buffer,
  request: { readonly id: string; readonly bridgeId: string; readonly deviceAddress: string },
  key: SealedKey,
  atMs: number,
): Promise<void> {
  const name = 'add_device_encryption_key';
  const { id, bridgeId, deviceAddress } = request;
  const { organizationId } = await db.device.findUniqueOrThrow({ where: { id: bridgeId } });
  const encryptionKey = unseal(secret, nameOf(key.claimId), key.sealedKey);
  const paramsJson = JSON.stringify({ device_address: deviceAddress, encryption_key: encryptionKey });
  const commandId = await queueCommand(db, secret, {
    deviceId: bridgeId,
    organizationId,
    type: 'bridge',
    params: { name, device_address: deviceAddress },
    action: { $case: 'bridge', value: { name, paramsJson } },
    actor: 'claim',
    expiresAt: new Date(systemClock.now() + EXPIRES_MS),
    traceparent: currentTraceparent() ?? '',
  });
  const sentAt = new Date(atMs);
  await db.keyRequest.update({ where: { id }, data: { sentAt, sentCount: { increment: 1 }, commandId } });
}

function nameOf(claimId: string): string {
  return `link key of claim ${claimId}`;
}
