// What devices are wanted to be: set by people and schedules, and what a plug is told because of it.
import { isDeepStrictEqual } from 'node:util';
import { currentTraceparent, Fault, systemClock } from '@mooring/runtime';
import type { CommandMaker } from '../domain/command.js';
import { switchExpiresMs } from '../domain/command-type.js';
import { checkDesired, mergePatch, onOf } from '../domain/desired.js';
import type { Device } from '../domain/device.js';
import type { JsonObject } from '../domain/json.js';
import { record } from './audit.js';
import { queueCommand, replaceSwitches } from './command-queue.js';
import type { Prisma } from './generated/client.js';
import type { Db, Orm } from './orm.js';
import { deviceOf, withTimeZone } from './row.js';
import type { SwitchDevice } from './schedules.js';

/** Who wants what of the state, and since which version of it. */
export interface DesiredPatch {
  readonly patch: JsonObject;
  /** The version that it was made for; undefined for any. */
  readonly ifVersion: number | undefined;
  readonly actor: string;
}

export function desired(orm: Orm, secret: Buffer) {
  return {
    /**
     * Merges a patch and has a plug switched that is not as it wants. Faults `not_found`, `invalid`, and `conflict` when
     * the version is another one by now. The dispatcher must be poked afterwards.
     */
    update: (deviceId: string, { patch, ifVersion, actor }: DesiredPatch): Promise<Device> =>
      orm.transact(async (db) => {
        const { desired: before, version, dialect, organizationId, reported } = await locked(db, deviceId);
        if (ifVersion !== undefined && ifVersion !== version) throw moved(ifVersion, version);
        const after = mergePatch(before, patch);
        checkDesired(dialect, after);
        const next = isDeepStrictEqual(before, after) ? version : version + 1;
        const says = Object.hasOwn(patch, 'on');
        const data = {
          desired: after as Prisma.InputJsonObject,
          desiredVersion: next,
          // What a switch by hand wants for a while is not made to last by a word about something else.
          ...(says ? { desiredUntil: null } : {}),
        };
        const row = await db.device.update({ where: { id: deviceId }, data, include: withTimeZone });
        const on = onOf(after);
        if (dialect === 'kinetid' && says && on !== undefined) {
          if (on === onOf(reported)) await replaceSwitches(db, deviceId);
          else await queueSwitch(db, secret, { deviceId, organizationId, on, actor: 'desired' });
        }
        const about = { organizationId, actor, resource: deviceId };
        await record(db, { ...about, action: 'device.desired', details: { version: next } });
        return deviceOf(row);
      }),
  };
}

/** Wants a device on or off, until then or for good; within the transaction that has it told. */
export async function setDesired(db: Db, deviceId: string, on: boolean, until: Date | null): Promise<void> {
  await db.$executeRaw`
    UPDATE device
    SET desired_version = desired_version + (desired->'on' IS DISTINCT FROM to_jsonb(${on}::bool))::int,
      desired = desired || jsonb_build_object('on', ${on}::bool), desired_until = ${until}
    WHERE id = ${deviceId}::uuid`;
}

/** Has a plug switched as its schedule says, which then holds until something else is said. */
export function switchOnSchedule(secret: Buffer): SwitchDevice {
  return async (db, { id: deviceId, organizationId }, on) => {
    await setDesired(db, deviceId, on, null);
    return queueSwitch(db, secret, { deviceId, organizationId, on, actor: 'schedule' });
  };
}

/** A switch that the platform makes by itself. */
export interface OwnSwitch {
  readonly deviceId: string;
  readonly organizationId: string;
  readonly on: boolean;
  readonly actor: CommandMaker;
  /** Absent: the trace of what is being done. */
  readonly traceparent?: string;
}

/** Queues it and answers its id; `id` where it is known before. */
export function queueSwitch(db: Db, secret: Buffer, made: OwnSwitch, id?: string): Promise<string> {
  const { deviceId, organizationId, on, actor, traceparent = currentTraceparent() ?? '' } = made;
  const command = {
    ...{ deviceId, organizationId, actor, traceparent },
    type: 'switch',
    params: { on },
    action: { $case: 'switch', value: { on } },
    expiresAt: new Date(systemClock.now() + switchExpiresMs),
  } as const;
  return queueCommand(db, secret, command, id);
}

async function locked(db: Db, id: string) {
  await db.$queryRaw`SELECT FROM device WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  const row = await db.device.findUnique({ where: { id } });
  if (row === null) throw new Fault('not_found', 'no such device');
  const { dialect, organizationId, desiredVersion: version } = row;
  return {
    ...{ dialect, organizationId, version },
    desired: row.desired as JsonObject,
    reported: row.reported as JsonObject,
  };
}

function moved(asked: number, version: number): Fault {
  const message = `version ${asked} is not the present one, which is ${version}`;
  return new Fault('conflict', message, { details: [{ field: 'if_match', message }] });
}
