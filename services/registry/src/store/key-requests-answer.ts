// Answers a claimed printer's request for its key, and tells its owner what they must know of it.

import { CommandState } from '../domain/command.js';
import type { JsonObject } from '../domain/json.js';
import { type Asking, decideKey, KeyRequestState, type LastSend } from '../domain/key-request.js';
import { record } from './audit.js';
import type { Noted } from './key-requests-note.js';
import { type SealedKey, sendKey } from './link-keys.js';
import type { Db } from './orm.js';
import type { Row } from './row.js';

export type KeyAnswer = 'sent' | 'held_back' | 'waiting' | 'denied';

/** Does what the domain decides about the request; says what that was. */
export async function answerRequest(
  db: Db,
  secret: Buffer,
  printer: Row<'Device'>,
  key: SealedKey,
  noted: Noted,
  nowMs: number,
): Promise<KeyAnswer> {
  const { request, bridge } = noted;
  const { state, send, sentCount, refused } = decideKey(await askingOf(db, printer, noted, nowMs));
  const refusedAt = refused ? (request.refusedAt ?? new Date(nowMs)) : null;
  await db.keyRequest.update({ where: { id: request.id }, data: { state, sentCount, refusedAt } });
  if (refused && request.refusedAt === null) {
    const message =
      'the printer keeps asking for its key: it was reset, and needs the code that it printed then';
    await tellOwner(db, printer, bridge, { actor: 'system', action: 'device.key_refused' }, { message });
  }
  if (state === KeyRequestState.waiting && request.state !== state) {
    await tellOwner(db, printer, bridge, { actor: 'system', action: 'device.key_requested' });
  }
  if (send) await sendKey(db, secret, request, key, nowMs);
  if (state === KeyRequestState.waiting || state === KeyRequestState.denied) return state;
  return send ? 'sent' : 'held_back';
}

/** Records something about a printer and a bridge in the audit of the printer's organization. */
export async function tellOwner(
  db: Db,
  printer: { readonly id: string; readonly organizationId: string },
  bridge: { readonly identifier: string },
  deed: { readonly actor: string; readonly action: string },
  also: JsonObject = {},
): Promise<void> {
  const { id: resource, organizationId } = printer;
  await record(db, { ...deed, organizationId, resource, details: { bridge: bridge.identifier, ...also } });
}

async function askingOf(db: Db, printer: Row<'Device'>, noted: Noted, nowMs: number): Promise<Asking> {
  const { id, deviceAddress, state, sentAt, sentCount, refusedAt, commandId } = noted.request;
  const elsewhere = { deviceAddress, id: { not: id }, state: KeyRequestState.allowed };
  return {
    nowMs,
    state: state as KeyRequestState,
    allowedElsewhere: (await db.keyRequest.count({ where: elsewhere })) > 0,
    askedMs: noted.askedMs,
    sentMs: sentAt?.getTime(),
    sentCount,
    refused: refusedAt !== null,
    lastSend: await lastSendOf(db, commandId, nowMs),
    bridgeSinceMs: noted.bridge.since?.getTime(),
    heardMs: printer.lastSeen?.getTime(),
  };
}

const UNDERWAY: ReadonlySet<string> = new Set([
  CommandState.queued,
  CommandState.sent,
  CommandState.acknowledged,
]);

async function lastSendOf(db: Db, id: string | null, nowMs: number): Promise<LastSend> {
  if (id === null) return 'none';
  const command = await db.command.findUnique({ where: { id }, select: { state: true, expiresAt: true } });
  if (command?.state === CommandState.succeeded) return 'succeeded';
  const underway = command !== null && UNDERWAY.has(command.state) && command.expiresAt.getTime() > nowMs;
  return underway ? 'underway' : 'failed';
}
