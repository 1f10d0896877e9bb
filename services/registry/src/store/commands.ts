// Commands as people handle them: made once, read, listed, cancelled while they wait.
import { Fault, uuidv7 } from '@mooring/runtime';
import { type Command, CommandState, type CommandStep, type NewCommand } from '../domain/command.js';
import type { JsonObject } from '../domain/json.js';
import type { Page } from '../domain/page.js';
import { queueCommand } from './command-queue.js';
import { setDesired } from './desired.js';
import { claim, type Once } from './idempotency.js';
import type { Db, Orm } from './orm.js';
import type { Row } from './row.js';

/** More of one device's are not queued: whoever sends them does not look at what becomes of them. */
const MAX_QUEUED = 200;

// What it does is the device's business, and may be large.
const omit = { sealedPayload: true } as const;
const withSteps = { include: { steps: { orderBy: { step: 'asc' } } }, omit } as const;

export function commands(orm: Orm, secret: Buffer) {
  return {
    /**
     * Queues a command; a switch also says what the plug is to be until it expires. Fault `exhausted` when 200 of its
     * device are queued. The dispatcher must be poked afterwards.
     */
    create: (command: NewCommand, once: Once): Promise<Command> =>
      orm.transact(async (db) => {
        const id = uuidv7();
        const earlier = await claim(db, once, id);
        if (earlier !== undefined) return read(db, earlier);
        const { deviceId, action, expiresAt } = command;
        const queued = await db.command.count({ where: { deviceId, state: CommandState.queued } });
        if (queued >= MAX_QUEUED) throw new Fault('exhausted', `${MAX_QUEUED} commands wait for this device`);
        if (action.$case === 'switch') await setDesired(db, deviceId, action.value.on, expiresAt);
        await queueCommand(db, secret, command, id);
        return read(db, id);
      }),

    /** With its timeline. */
    get: (id: string): Promise<Command | undefined> =>
      orm.read(async (db) => {
        const row = await db.command.findUnique({ where: { id }, ...withSteps });
        return row === null ? undefined : commandOf(row);
      }),

    /** A device's, the newest first; one more row than the page holds when there are more. */
    list: (deviceId: string, state: CommandState | undefined, page: Page): Promise<readonly Command[]> =>
      orm.read(async (db) => {
        const found = await db.command.findMany({
          where: {
            deviceId,
            ...(state === undefined ? {} : { state }),
            ...(page.after === undefined ? {} : { id: { lt: page.after } }),
          },
          orderBy: { id: 'desc' },
          omit,
          take: page.limit + 1,
        });
        return found.map((row) => commandOf({ ...row, steps: [] }));
      }),

    /** Fault `conflict` for one that does not wait any more. */
    cancel: (id: string): Promise<Command> =>
      orm.transact(async (db) => {
        const { count } = await db.command.updateMany({
          where: { id, state: CommandState.queued },
          data: {
            state: CommandState.cancelled,
            step: { increment: 1 },
            dueAt: null,
            settledAt: new Date(),
          },
        });
        const command = await db.command.findUnique({ where: { id }, omit });
        if (command === null) throw new Fault('not_found', 'no such command');
        if (count === 0) throw new Fault('conflict', `it is ${command.state} already`);
        const { step } = command;
        await db.commandStep.create({ data: { commandId: id, step, state: CommandState.cancelled } });
        // What a switch wanted is not wanted any more.
        if (command.type === 'switch') {
          const where = { id: command.deviceId, desiredUntil: command.expiresAt };
          await db.device.updateMany({ where, data: { desiredUntil: new Date() } });
        }
        return read(db, id);
      }),

    /** Whether that print key is of that device. */
    hasPrintKey: (id: string, deviceId: string): Promise<boolean> =>
      orm.read(async (db) => (await db.printKey.count({ where: { id, deviceId } })) > 0),
  };
}

async function read(db: Db, id: string): Promise<Command> {
  const row = await db.command.findUnique({ where: { id }, ...withSteps });
  if (row === null) throw new Fault('not_found', 'no such command');
  return commandOf(row);
}

type CommandRow = Omit<Row<'Command'>, 'sealedPayload'> & { readonly steps: readonly Row<'CommandStep'>[] };

function commandOf(row: CommandRow): Command {
  const { id, deviceId, organizationId, type, code, createdAt, expiresAt, actor } = row;
  return {
    ...{ id, deviceId, organizationId, type, code, createdAt, expiresAt, actor },
    number: Number(row.number),
    params: row.params as JsonObject,
    // The column holds what this service wrote.
    state: row.state as CommandState,
    result: (row.result as JsonObject | null) ?? undefined,
    timeline: row.steps.map(
      ({ at, state, detail }): CommandStep => ({
        at,
        state: state as CommandState,
        detail,
      }),
    ),
  };
}
