// Puts a command into the queue within the transaction of whatever wants it sent.
import { bus } from '@mooring/proto';
import { uuidv7 } from '@mooring/runtime';
import { seal } from '../accounts/seal.js';
import { CommandState, type NewCommand } from '../domain/command.js';
import type { JsonObject } from '../domain/json.js';
import type { Prisma } from './generated/client.js';
import type { Db } from './orm.js';

/** What seals a command's payload, so that it opens for this command alone. */
export function payloadName(id: string): string {
  return `command ${id}`;
}

/**
 * Queues a command and answers its id; `id` where the caller has claimed one. The dispatcher must be poked after the
 * commit. `secret` is the service's, 32 bytes.
 */
export async function queueCommand(
  db: Db,
  secret: Buffer,
  command: NewCommand,
  id: string = uuidv7(),
): Promise<string> {
  const { action, params, timeoutS, ...plain } = command;
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
      steps: { create: { step: 1, state: CommandState.queued } },
    },
  });
  return id;
}
