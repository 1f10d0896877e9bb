// Devices that said hello: their start is noted, and what depends on it is queued, in one transaction.
import { CommandState } from '../domain/command.js';
import { isBridge } from '../domain/command-type.js';
import { isPowerOn, onOf } from '../domain/desired.js';
import type { JsonObject } from '../domain/json.js';
import { switchOnArrival } from '../domain/power-on.js';
import { queuePersonality } from './command-personality.js';
import { queueSwitch } from './desired.js';
import type { Db, Orm } from './orm.js';

/** A hello of a device, on the session with that epoch. */
export interface Arrival {
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly sequence: number;
  /** Differs between two starts of the device; empty when it does not say. */
  readonly instance: string;
  readonly started: boolean;
}

/** What hellos led to, counted. */
export interface Arrived {
  readonly noted: number;
  /** Older than one known already, repeated, or of a device that is deleted. */
  readonly stale: number;
  /** Commands queued because of them. */
  readonly queued: number;
}

interface Row {
  readonly id: string;
  readonly number: bigint;
  readonly organization_id: string;
  readonly dialect: string;
  readonly kind: string;
  readonly parent_id: string | null;
  readonly instance: string;
  readonly epoch: bigint;
  readonly arrival_epoch: bigint;
  readonly arrival_sequence: bigint;
  readonly facts_epoch: bigint;
  readonly connection_id: string | null;
  readonly desired: JsonObject;
  readonly desired_until: Date | null;
  readonly reported: JsonObject;
  readonly previous_end: string | null;
}

export function commandArrivals(orm: Orm, secret: Buffer) {
  return {
    /** Different devices, a hundred at most. The dispatcher must be poked when something was queued. */
    arrive: (arrivals: readonly Arrival[], nowMs: number): Promise<Arrived> =>
      orm.transact(async (db) => {
        const devices = await lock(db, arrivals);
        const fresh = arrivals.flatMap((arrival) => {
          const device = devices.get(arrival.deviceNumber);
          return device !== undefined && isNewer(arrival, device) ? [{ arrival, device }] : [];
        });
        await note(
          db,
          fresh.map(({ arrival }) => arrival),
        );
        let queued = 0;
        for (const { arrival, device } of fresh) queued += await follow(db, secret, arrival, device, nowMs);
        return { noted: fresh.length, stale: arrivals.length - fresh.length, queued };
      }),
  };
}

async function lock(db: Db, arrivals: readonly Arrival[]): Promise<ReadonlyMap<bigint, Row>> {
  const numbers = arrivals.map(({ deviceNumber }) => deviceNumber);
  const epochs = arrivals.map(({ epoch }) => epoch);
  const found = await db.$queryRaw<Row[]>`
    SELECT d.id, d.number, d.organization_id, d.dialect, d.kind, d.parent_id, d.instance, d.epoch, d.arrival_epoch,
      d.arrival_sequence, d.facts_epoch, d.connection_id, d.desired, d.desired_until, d.reported,
      c.reason AS previous_end
    FROM unnest(${numbers}::bigint[], ${epochs}::bigint[]) AS s(number, epoch)
    JOIN device d ON d.number = s.number
    LEFT JOIN connection c ON c.device_id = d.id AND c.epoch = s.epoch - 1 AND c.disconnected_at IS NOT NULL
    ORDER BY d.number FOR NO KEY UPDATE OF d`;
  return new Map(found.map((row) => [row.number, row]));
}

function isNewer({ epoch, sequence }: Arrival, device: Row): boolean {
  if (epoch !== device.arrival_epoch) return epoch > device.arrival_epoch;
  return BigInt(sequence) > device.arrival_sequence;
}

/** A device that does not say which start of it this is leaves what is known of that. */
async function note(db: Db, arrivals: readonly Arrival[]): Promise<void> {
  await db.$executeRaw`
    UPDATE device d
    SET arrival_epoch = s.epoch, arrival_sequence = s.sequence, instance = COALESCE(NULLIF(s.instance, ''), d.instance)
    FROM unnest(
      ${arrivals.map(({ deviceNumber }) => deviceNumber)}::bigint[], ${arrivals.map(({ epoch }) => epoch)}::bigint[],
      ${arrivals.map(({ sequence }) => BigInt(sequence))}::bigint[],
      ${arrivals.map(({ instance }) => instance)}::text[]
    ) AS s(number, epoch, sequence, instance)
    WHERE d.number = s.number`;
}

/** Queues what the hello calls for; answers how many commands. */
function follow(db: Db, secret: Buffer, arrival: Arrival, device: Row, nowMs: number): Promise<number> {
  if (device.dialect === 'kinetid') return followPlug(db, secret, arrival, device, nowMs);
  if (device.dialect !== 'berg') return Promise.resolve(0);
  const { dialect, kind, parent_id: parentId } = device;
  if (isBridge({ dialect, kind, parentId: parentId ?? undefined })) return followBridge(db, arrival, device);
  if (!arrival.started) return Promise.resolve(0);
  return queuePersonality(db, secret, { id: device.id, organizationId: device.organization_id });
}

async function followPlug(
  db: Db,
  secret: Buffer,
  arrival: Arrival,
  device: Row,
  nowMs: number,
): Promise<number> {
  const { id: deviceId, organization_id: organizationId, desired, reported } = device;
  const powerOn = desired['power_on'];
  const on = switchOnArrival({
    instance: arrival.instance,
    started: arrival.started,
    knownInstance: device.instance,
    sameSession: device.arrival_epoch === arrival.epoch,
    previousEnd: device.previous_end ?? undefined,
    desiredOn: onOf(desired),
    desiredUntilMs: device.desired_until?.getTime(),
    powerOn: isPowerOn(powerOn) ? powerOn : 'leave',
    lastOn: onOf(reported),
    heard: device.facts_epoch === arrival.epoch,
    nowMs,
  });
  if (on === undefined) return 0;
  // One that waits goes out by itself, and one that has gone out over this session has said what it is to be.
  const said = { OR: [{ state: CommandState.queued }, { sentEpoch: arrival.epoch }] };
  if ((await db.command.count({ where: { deviceId, type: 'switch', ...said } })) > 0) return 0;
  await queueSwitch(db, secret, { deviceId, organizationId, on, actor: 'desired' });
  return 1;
}

/**
 * A bridge that started anew has forgotten its commands (berg.md 4.2): those that it did not answer are sent again, once.
 * Those that went out over this very connection before it said hello were given to this start of it.
 */
async function followBridge(db: Db, { instance, epoch }: Arrival, bridge: Row): Promise<number> {
  if (instance === '') return 0;
  if (epoch === bridge.epoch) {
    await db.$executeRaw`
      UPDATE command SET sent_instance = ${instance}
      WHERE lane_id = ${bridge.id}::uuid AND answer_by IS NOT NULL AND sent_instance = ''
        AND sent_connection = ${bridge.connection_id}`;
  }
  if (bridge.instance === '' || bridge.instance === instance) return 0;
  // That it started anew is what these were for; sent again, they would make it start once more.
  const restarts = await db.$executeRaw`
    WITH done AS (
      UPDATE command
      SET state = 'succeeded', step = step + 1, answer_by = NULL, settled_at = now()
      WHERE lane_id = ${bridge.id}::uuid AND answer_by IS NOT NULL AND state = 'sent' AND type = 'bridge'
        AND params ->> 'name' IN ('restart', 'reboot') AND sent_instance <> '' AND sent_instance <> ${instance}
      RETURNING id, step
    )
    INSERT INTO command_step (command_id, step, state, detail)
    SELECT id, step, 'succeeded', 'the bridge started anew' FROM done`;
  const again = await db.$executeRaw`
    WITH forgotten AS (
      UPDATE command
      SET state = 'queued', step = step + 1, due_at = now(), answer_by = NULL, attempts = attempts + 1, restarted = true
      WHERE lane_id = ${bridge.id}::uuid AND answer_by IS NOT NULL AND state = 'sent' AND NOT restarted
        AND sent_instance <> '' AND sent_instance <> ${instance}
      RETURNING id, step
    )
    INSERT INTO command_step (command_id, step, state, detail)
    SELECT id, step, 'queued', 'the bridge started anew; it is sent again' FROM forgotten`;
  return restarts + again;
}
