// Commands on their way to devices: claimed by one replica at a time, followed until their answer or its absence.
import { transaction } from '@mooring/runtime';
import type { NewCommand } from '../domain/command.js';
import { type Answer, type Heard, hear } from '../domain/command-answer.js';
import { repeatOf, settle } from '../domain/command-change.js';
import { afterDeadline, afterDelivery, type Delivered, type DeliveryId } from '../domain/command-delivery.js';
import { hearOrder } from '../domain/update-order.js';
import { type LockedCommand, lockAnswered, lockCommand, lockLate, writeChange } from './command-change.js';
import { claimDue, lockLanes, parkDue, payload, queueAge, relocate } from './command-dispatch-sql.js';
import { openPayload } from './command-queue.js';
import { type Pool, type Queryable, rows } from './sql.js';

/** One delivery of a command to the session that holds its device. */
export interface Sending {
  readonly id: string;
  /** Names it on the wire. */
  readonly number: number;
  readonly type: string;
  /** How often the device may have been given it before. */
  readonly repeat: number;
  readonly traceparent: string;
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly organizationId: string;
  /** Who wants it. */
  readonly actor: string;
  readonly node: string;
  readonly connectionId: string;
  readonly epoch: bigint;
  /** How long it could have been sent and was not. */
  readonly waitedMs: number;
  /** Whether an earlier delivery of it may have been carried out. */
  readonly doubt: boolean;
}

interface SendingRow {
  readonly id: string;
  readonly number: string;
  readonly type: string;
  readonly repeat: number;
  readonly traceparent: string;
  readonly device_id: string;
  readonly device_number: string;
  readonly organization_id: string;
  readonly actor: string;
  readonly edge: string;
  readonly connection_id: string;
  readonly epoch: string;
  readonly waited_ms: number;
}

export function commandDispatch(pool: Pool, secret: Buffer) {
  return {
    /** Marks at most `limit` commands as sent, no lane over its room; what is answered must be delivered. */
    claim: (limit: number): Promise<readonly Sending[]> =>
      transaction(pool, async (client) => {
        await rows(client, parkDue, []);
        const lanes = await rows<{ id: string }>(client, lockLanes, [limit]);
        if (lanes.length === 0) return [];
        const found = await rows<SendingRow>(client, claimDue, [lanes.map(({ id }) => id), limit]);
        return found.map((row) => sendingOf(row, false));
      }),

    /** The same delivery to where its device is now; undefined when that is nowhere, or the command has moved on. */
    async relocate(sending: Sending): Promise<Sending | undefined> {
      const [row] = await rows<SendingRow>(pool, relocate, [sending.id, sending.repeat]);
      return row === undefined ? undefined : sendingOf(row, sending.doubt);
    },

    /** What a command does; undefined when it is deleted. Fault `invalid` when it does not open. */
    async action(id: string): Promise<NewCommand['action'] | undefined> {
      const [row] = await rows<{ sealed_payload: Uint8Array }>(pool, payload, [id]);
      return row === undefined ? undefined : openPayload(secret, id, row.sealed_payload);
    },

    /** Notes what became of a delivery. */
    delivered: ({ id, connectionId, repeat, doubt }: Sending, outcome: Delivered): Promise<void> =>
      transaction(pool, async (client) => {
        const command = await lockCommand(client, id);
        if (command === undefined) return;
        const delivery: DeliveryId = { connection: connectionId, repeat };
        const change = afterDelivery(command, delivery, outcome, doubt);
        if (change !== undefined) await writeChange(client, id, change);
      }),

    /** Applies what a device answered; `within` gets the command's trace, to do it in. */
    answered: (
      number: number,
      deviceNumber: bigint,
      answer: Answer,
      within: <T>(traceparent: string, apply: () => Promise<T>) => Promise<T>,
    ): Promise<{ readonly as: Heard['as'] }> =>
      transaction(pool, async (client) => {
        const command = await lockAnswered(client, number, deviceNumber);
        if (command === undefined) return { as: 'unknown' };
        return within(command.traceparent, async () => {
          const heard = command.type === 'update' ? hearOrder(command, answer) : hear(command, answer);
          if ('change' in heard) await writeChange(client, command.id, heard.change);
          return { as: heard.as };
        });
      }),

    /** Works on at most `limit` overdue ones: `again` must be delivered again, the others are settled. */
    late: (limit: number): Promise<{ readonly again: readonly Sending[]; readonly settled: number }> =>
      transaction(pool, async (client) => {
        const late = await lockLate(client, limit);
        const again: Sending[] = [];
        for (const command of late) {
          const sending = await pastDeadline(client, command);
          if (sending !== undefined) again.push(sending);
        }
        return { again, settled: late.length - again.length };
      }),

    /** Gives up one that cannot be delivered, whatever the edge would say. */
    fail: (id: string, code: string, detail: string): Promise<void> =>
      transaction(pool, async (client) => {
        const command = await lockCommand(client, id);
        if (command?.state === 'sent') await writeChange(client, id, settle('failed', detail, { code }));
      }),

    async queueAgeS(): Promise<number> {
      return (await rows<{ seconds: number }>(pool, queueAge, []))[0]?.seconds ?? 0;
    },
  };
}

async function pastDeadline(client: Queryable, command: LockedCommand): Promise<Sending | undefined> {
  const { change, deliver } = afterDeadline(command);
  await writeChange(client, command.id, change);
  if (deliver === undefined) return undefined;
  if (deliver === 'same') return sameSending(command);
  const repeat = repeatOf(command) + 1;
  const [row] = await rows<SendingRow>(client, relocate, [command.id, repeat]);
  return row === undefined ? undefined : sendingOf(row, true);
}

function sameSending(command: LockedCommand): Sending {
  const { id, number, type, traceparent, deviceId, deviceNumber, organizationId, actor } = command;
  const { sentEdge, sentConnection, sentEpoch } = command;
  return {
    ...{ id, number, type, traceparent, deviceId, deviceNumber, organizationId, actor },
    repeat: repeatOf(command),
    node: sentEdge,
    connectionId: sentConnection,
    epoch: sentEpoch,
    waitedMs: 0,
    doubt: true,
  };
}

function sendingOf(row: SendingRow, doubt: boolean): Sending {
  const { id, type, repeat, traceparent, actor } = row;
  return {
    ...{ id, type, repeat, traceparent, doubt, actor },
    organizationId: row.organization_id,
    number: Number(row.number),
    deviceId: row.device_id,
    deviceNumber: BigInt(row.device_number),
    node: row.edge,
    connectionId: row.connection_id,
    epoch: BigInt(row.epoch),
    waitedMs: row.waited_ms,
  };
}
