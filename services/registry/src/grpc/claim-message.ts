// Claims, key requests and print keys as the messages that answer.
import type { registry } from '@mooring/proto';
import type { Claim } from '../domain/claim.js';
import type { DeviceKeyRequest } from '../domain/key-request.js';
import type { PrintKey } from '../domain/print-key.js';

export function claimMessage(claim: Claim): registry.Claim {
  const { id, organizationId, state, name, codeHint, deviceId = '' } = claim;
  return {
    id,
    organizationId,
    state,
    name,
    codeHint,
    deviceId,
    createdAtMs: claim.createdAt.getTime(),
    claimedAtMs: claim.claimedAt?.getTime(),
  };
}

/** `deviceId` is the printer's. */
export function keyRequestMessage(request: DeviceKeyRequest, deviceId: string): registry.DeviceKeyRequest {
  const { id, bridgeIdentifier, bridgeId = '', state, count } = request;
  return {
    id,
    deviceId,
    bridgeIdentifier,
    bridgeId,
    state,
    firstAtMs: request.firstAt.getTime(),
    lastAtMs: request.lastAt.getTime(),
    count,
  };
}

export function printKeyMessage(key: PrintKey): registry.PrintKey {
  const { id, deviceId, name, prefix, uses, senders } = key;
  return {
    id,
    deviceId,
    name,
    prefix,
    createdAtMs: key.createdAt.getTime(),
    lastUsedAtMs: key.lastUsedAt?.getTime(),
    uses,
    senders: [...senders],
  };
}
