// Requests of printers for their link keys: answered, kept for whoever claims the printer, or put to its owner.
import { Fault, systemClock } from '@mooring/runtime';
import type { Device } from '../domain/device.js';
import { hardwareXor } from '../domain/hardware-xor.js';
import { type DeviceKeyRequest, KeyRequestState } from '../domain/key-request.js';
import type { Session } from '../domain/session.js';
import { findClaim, lockXor } from './claims-match.js';
import { takePrinter } from './claims-take.js';
import { answerRequest, type KeyAnswer, tellOwner } from './key-requests-answer.js';
import { noteRequest, type Unnoted } from './key-requests-note.js';
import { sendKey } from './link-keys.js';
import type { Orm } from './orm.js';
import { keyRequestOf } from './row.js';
import { sessionOf } from './sessions.js';

/** What one request led to. */
export interface KeyOutcome {
  readonly outcome: KeyAnswer | Unnoted | 'unclaimed' | 'claimed';
  /** The session of a printer in the organization that it left; it must be ended. */
  readonly left?: Session | undefined;
}

/** What an owner decided. */
export interface Decided {
  readonly keyRequest: DeviceKeyRequest;
  /** The printer's session through a bridge that it is denied; it must be ended. */
  readonly denied: Session | undefined;
}

/** More bridges than one printer is ever heard through. */
const MAX_LISTED = 100;

export function keyRequests(orm: Orm) {
  return {
    /** Outbox and dispatcher must be poked afterwards. `address` is 16 lower-case hex digits, `atMs` not in the future. */
    requested: (secret: Buffer, bridgeNumber: bigint, address: string, atMs: number): Promise<KeyOutcome> =>
      orm.transact(async (db) => {
        await lockXor(db, hardwareXor(address));
        const noted = await noteRequest(db, bridgeNumber, address, new Date(atMs));
        if (typeof noted === 'string') return { outcome: noted };
        const printer = await db.device.findUnique({
          where: { dialect_identifier: { dialect: 'berg', identifier: address } },
          include: { key: true },
        });
        if (printer?.key)
          return { outcome: await answerRequest(db, secret, printer, printer.key, noted, atMs) };
        const claim = await findClaim(db, address);
        if (claim === undefined) return { outcome: 'unclaimed' };
        const { left } = await takePrinter(db, secret, claim, address, atMs);
        return { outcome: 'claimed', left };
      }),

    /** Those that the owner of a printer has to know of, the latest first. */
    list: (device: Device): Promise<readonly DeviceKeyRequest[]> =>
      orm.read(async (db) => {
        const found = await db.keyRequest.findMany({
          where: { deviceAddress: device.identifier, state: { not: KeyRequestState.unclaimed } },
          include: { bridge: true },
          orderBy: [{ lastAt: 'desc' }, { id: 'asc' }],
          take: MAX_LISTED,
        });
        return found.map((row) => keyRequestOf(row, device.organizationId));
      }),

    /** Fault `not_found` when the printer has no such request. The dispatcher must be poked afterwards. */
    decide: (secret: Buffer, device: Device, id: string, allow: boolean, actor: string): Promise<Decided> =>
      orm.transact(async (db) => {
        await lockXor(db, hardwareXor(device.identifier));
        const where = { id, deviceAddress: device.identifier, state: { not: KeyRequestState.unclaimed } };
        const request = await db.keyRequest.findFirst({ where });
        const printer = await db.device.findUnique({ where: { id: device.id }, include: { key: true } });
        if (request === null || !printer?.key) throw new Fault('not_found', 'no such key request');
        const state = allow ? KeyRequestState.allowed : KeyRequestState.denied;
        await db.keyRequest.update({ where: { id }, data: { state, sentCount: 0, refusedAt: null } });
        if (allow) await sendKey(db, secret, request, printer.key, systemClock.now());
        const row = await db.keyRequest.findUniqueOrThrow({ where: { id }, include: { bridge: true } });
        const action = allow ? 'device.key_allowed' : 'device.key_denied';
        await tellOwner(db, device, row.bridge, { actor, action });
        const foreign = row.bridge.organizationId !== device.organizationId;
        const cut = !allow && foreign && printer.parentId === row.bridgeId;
        return {
          keyRequest: keyRequestOf(row, device.organizationId),
          denied: cut ? sessionOf(printer) : undefined,
        };
      }),
  };
}
