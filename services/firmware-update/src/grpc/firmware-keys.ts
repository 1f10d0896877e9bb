// The RPCs that keep the keys which sign firmware.
import type { firmware } from '@mooring/proto';
import { Fault, unary, uuidv7 } from '@mooring/runtime';
import { parsePublicKey } from '../domain/fw/signature.js';
import { keyChanged } from '../events.js';
import { createKey, deleteKey, getKey, listKeys } from '../store/keys.js';
import type { ArtifactContext } from './artifact-context.js';
import { keyMessage } from './artifact-message.js';
import { idOf, idsOf, onceOf, ownerOf, paged, pageOf } from './request.js';

type Server = firmware.ArtifactsServer;
const MAX_NAME_CHARS = 200;

export function listFirmwareKeys({ database }: ArtifactContext): Server['listFirmwareKeys'] {
  return unary(async ({ organizationIds, ...page }) => {
    const { items, nextCursor } = await paged(pageOf(page), (rest) =>
      listKeys(database, idsOf(organizationIds), rest),
    );
    return { items: items.map(keyMessage), nextCursor };
  });
}

export function createFirmwareKey({ database, clock }: ArtifactContext): Server['createFirmwareKey'] {
  return unary(async ({ organizationId, name, publicKey: text, actor, idempotencyKey }) => {
    const publicKey = parsePublicKey(text);
    if (publicKey === undefined) {
      throw wrong('public_key', 'must be what fwup writes to its .pub file: base64 of 32 bytes');
    }
    if (name.trim() === '' || name.length > MAX_NAME_CHARS || name.includes('\0')) {
      throw wrong('name', `must have 1 to ${MAX_NAME_CHARS} characters`);
    }
    const owner = ownerOf(organizationId);
    const created = { createdAtMs: clock.now(), createdBy: actor };
    const made = { id: uuidv7(), organizationId: owner, name, publicKey, ...created };
    const once = onceOf(idempotencyKey, 'CreateFirmwareKey', { owner, name, publicKey: text.trim() });
    const key = await createKey(database, made, once);
    if (key.id === made.id) keyChanged('made', key.id, actor);
    return { key: keyMessage(key) };
  });
}

export function getFirmwareKey({ database }: ArtifactContext): Server['getFirmwareKey'] {
  return unary(async ({ organizationIds, id }) => {
    const key = await getKey(database, idsOf(organizationIds), idOf(id, 'firmware key'));
    return { key: keyMessage(key) };
  });
}

export function deleteFirmwareKey({ database, clock }: ArtifactContext): Server['deleteFirmwareKey'] {
  return unary(async ({ organizationIds, id: given, actor }) => {
    const id = idOf(given, 'firmware key');
    await deleteKey(database, idsOf(organizationIds), id, { actor, atMs: clock.now() });
    keyChanged('deleted', id, actor);
    return {};
  });
}

function wrong(field: string, message: string): Fault {
  return new Fault('invalid', `${field} ${message}`, { details: [{ field, message }] });
}
