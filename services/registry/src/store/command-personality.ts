// Gives a printer that lost its power the personality that it had (berg.md 3.6).
import { currentTraceparent, systemClock } from '@mooring/runtime';
import { CommandState } from '../domain/command.js';
import type { JsonObject } from '../domain/json.js';
import { openPayload, queueCommand } from './command-queue.js';
import type { Db } from './orm.js';

const EXPIRES_MS = 24 * 60 * 60_000;
/** Face and three notices; a fifth image was printed when it was set. */
const KEPT_IMAGES = 4;

/** Queues the last personality that the printer confirmed, unless a newer one is on its way; answers how many. */
export async function queuePersonality(
  db: Db,
  secret: Buffer,
  printer: { readonly id: string; readonly organizationId: string },
): Promise<number> {
  const { id: deviceId, organizationId } = printer;
  const states: CommandState[] = [
    CommandState.queued,
    CommandState.sent,
    CommandState.acknowledged,
    CommandState.succeeded,
  ];
  const where = { deviceId, type: 'set_personality', state: { in: states } };
  const last = await db.command.findFirst({ where, orderBy: { id: 'desc' } });
  if (last === null || last.state === CommandState.queued || last.state === CommandState.sent) return 0;
  const action = openPayload(secret, last.id, last.sealedPayload);
  if (action.$case !== 'personality') return 0;
  const images = action.value.images.slice(0, KEPT_IMAGES);
  await queueCommand(db, secret, {
    ...{ deviceId, organizationId },
    type: last.type,
    params: last.params as JsonObject,
    action: { $case: 'personality', value: { images } },
    actor: 'desired',
    expiresAt: new Date(systemClock.now() + EXPIRES_MS),
    traceparent: currentTraceparent() ?? '',
  });
  return 1;
}
