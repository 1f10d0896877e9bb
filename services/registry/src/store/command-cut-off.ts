// Switches a plug off because of an alarm, once however often the bus tells of it.
import { systemClock } from '@mooring/runtime';
import { switchExpiresMs } from '../domain/command-type.js';
import { queueSwitch, setDesired } from './desired.js';
import type { Orm } from './orm.js';

/** An alarm whose rule wants its plug off. */
export interface CutOff {
  /** Names the command too. */
  readonly alarmId: string;
  readonly organizationId: string;
  readonly deviceId: string;
  readonly traceparent: string;
}

export type CutOffOutcome = 'queued' | 'repeated' | 'no_plug';

export function commandCutOff(orm: Orm, secret: Buffer) {
  return {
    /** Also withdraws what would switch it on again when it comes back. The dispatcher must be poked afterwards. */
    queue: ({ alarmId, organizationId, deviceId, traceparent }: CutOff): Promise<CutOffOutcome> =>
      orm.transact(async (db) => {
        // Two deliveries of one alarm take turns on the plug's row.
        await db.$queryRaw`SELECT FROM device WHERE id = ${deviceId}::uuid FOR NO KEY UPDATE`;
        const where = { id: deviceId, organizationId, dialect: 'kinetid' };
        if ((await db.device.count({ where })) === 0) return 'no_plug';
        if ((await db.command.count({ where: { id: alarmId } })) > 0) return 'repeated';
        await setDesired(db, deviceId, false, new Date(systemClock.now() + switchExpiresMs));
        const made = { deviceId, organizationId, on: false, actor: 'alarm', traceparent } as const;
        await queueSwitch(db, secret, made, alarmId);
        return 'queued';
      }),
  };
}
