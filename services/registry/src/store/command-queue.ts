// Puts a command into the queue within the transaction of whatever wants it sent, and takes it out as it came.
import { bus } from '@mooring/proto';
import { Fault, seal, unseal, uuidv7 } from '@mooring/runtime';
import { CommandState, type NewCommand } from '../domain/command.js';
import { isKey, isRepeatable } from '../domain/command-type.js';
import type { JsonObject } from '../domain/json.js';
import type { Prisma } from './generated/client.js';
import type { Db } from './orm.js';

/** What seals a command's payload, so that it opens for this command alone. */
function payloadName(id: string): string {
  return `command ${id}`;
}

/**
 * Queues a command and answers its id; `id` where the caller has claimed one. A switch replaces those of its device that
 * are still queued. The dispatcher must be poked after the commit. `secret` is the service's, 32 bytes.
 */
export async function queueCommand(
  db: Db,
  secret: Buffer,
  command: NewCommand,
  id: string = uuidv7(),
): Promise<string> {
  const { action, params, timeoutS, ...plain } = command;
  if (action.$case === 'switch') await replaceSwitches(db, command.deviceId);
  const payload = bus.Command.encode({ number: 0, traceparent: '', repeat: 0, action }).finish();
  const sealed = seal(secret, payloadName(id), Buffer.from(payload).toString('base64'));
  await db.command.create({
    data: {
      ...plain,
      id,
      params: params satisfies JsonObject as Prisma.InputJsonObject,
      sealedPayload: Uint8Array.from(sealed),
      state: CommandState.queued,
      step: 1,
      dueAt: new Date(),
      timeoutS: timeoutS ?? null,
      urgent: isKey(action),
      repeatable: isRepeatable(action),
      steps: { create: { step: 1, state: CommandState.queued } },
    },
  });
  return id;
}

/** Cancels the switches of a device that are still queued, because a newer one says what it is to be. */
export async function replaceSwitches(db: Db, deviceId: string): Promise<void> {
  await db.$executeRaw`
    WITH replaced AS (
      UPDATE command SET state = 'cancelled', step = step + 1, due_at = NULL, settled_at = now()
      WHERE device_id = ${deviceId}::uuid AND type = 'switch' AND state = 'queued'
      RETURNING id, step
    )
    INSERT INTO command_step (command_id, step, state, detail)
    SELECT id, step, 'cancelled', 'replaced by a newer one' FROM replaced`;
}

/** What a command does. Fault `invalid` when the secret is not the one that it was sealed with. */
export function openPayload(secret: Buffer, id: string, sealed: Uint8Array): NewCommand['action'] {
  const payload = Buffer.from(unseal(secret, payloadName(id), sealed), 'base64');
  const { action } = bus.Command.decode(payload);
  if (action === undefined) throw new Fault('invalid', 'the command does not say what it does');
  return action;
}
