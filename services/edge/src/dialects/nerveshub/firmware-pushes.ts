// What firmware-update has a device told, as the events and payloads of its channel (nerveshub.md 3.3).
import type { Json, JsonObject } from '../dialect.js';
import type { ArchiveOffer, FirmwarePush, UpdateOffer } from '../firmware-push.js';
import { understands } from './api-version.js';
import type { ChannelAction } from './channel.js';
import { count } from './device-events.js';

/** What a device has said of itself when it joined. */
interface Told {
  readonly apiVersion?: Json;
  readonly wantsKeys?: boolean;
}

/** Names the script that a device runs when it connects, where others have a number. */
const CONNECTING_CODE = 'connecting_code';

/** Without refs, as from the reference, but for the script. A count where the device's version of the API does not know the event. */
export function firmwarePushes(push: FirmwarePush, device: Told): readonly ChannelAction[] {
  const { apiVersion, wantsKeys = false } = device;
  if (push.is !== 'update') return [firmwarePush(push, apiVersion)];
  const { firmwareKeys } = push.update;
  const update: ChannelAction = { do: 'broadcast', event: 'update', payload: updatePayload(push.update) };
  // A device verifies with the keys that it has when the offer comes, and those of the join may be on their way still.
  return wantsKeys && firmwareKeys.length > 0
    ? [firmwarePush({ is: 'firmware_keys', keys: firmwareKeys }, apiVersion), update]
    : [update];
}

function firmwarePush(
  push: Exclude<FirmwarePush, { readonly is: 'update' }>,
  apiVersion: Json | undefined,
): ChannelAction {
  switch (push.is) {
    case 'archive':
      if (!understands(apiVersion, 'archive')) return count('ignored', 'archive_of_old_device');
      return { do: 'broadcast', event: 'archive', payload: archivePayload(push.archive) };
    case 'firmware_keys':
      return { do: 'broadcast', event: 'fwup_public_keys', payload: keysPayload(push.keys) };
    case 'archive_keys':
      return { do: 'broadcast', event: 'archive_public_keys', payload: keysPayload(push.keys) };
    case 'connecting_code':
      if (!understands(apiVersion, 'scripts/run')) return count('ignored', 'script_of_old_device');
      return { do: 'push', event: 'scripts/run', payload: { text: push.text, ref: CONNECTING_CODE } };
  }
}

/** Also the answer to a device that asks whether an update waits for it. */
export function updatePayload(update: UpdateOffer): JsonObject {
  const { url, firmware, deploymentNumber = null, sizeBytes, sha256, partSha256 } = update;
  const { vcsIdentifier, uuid, product, version, architecture, platform, author, description, misc } =
    firmware;
  return {
    update_available: true,
    firmware_url: url,
    firmware_meta: {
      ...{ uuid, product, version, architecture, platform, author, description, misc },
      vcs_identifier: vcsIdentifier,
    },
    deployment_id: deploymentNumber,
    size: sizeBytes,
    checksum: sha256,
    partials_checksums: [...partSha256],
  };
}

/** The time as the reference writes it: ISO 8601 in UTC, to the second, without a zone. */
function archivePayload(archive: ArchiveOffer): JsonObject {
  const { url, uuid, version, platform, architecture, description, sizeBytes, uploadedAtMs } = archive;
  const uploaded_at = new Date(uploadedAtMs).toISOString().slice(0, 19);
  return { url, uuid, version, platform, architecture, description, size: sizeBytes, uploaded_at };
}

function keysPayload(keys: readonly Uint8Array[]): JsonObject {
  return { keys: keys.map((key) => Buffer.from(key).toString('base64')) };
}
