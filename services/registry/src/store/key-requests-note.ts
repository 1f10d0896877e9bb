// Notes that a printer asked through a bridge; bounded, since anybody's printer may ask (berg.md 6).
import { uuidv7 } from '@mooring/runtime';
import { hardwareXor } from '../domain/hardware-xor.js';
import { KeyRequestState } from '../domain/key-request.js';
import type { Db } from './orm.js';
import type { Row } from './row.js';

/** One request, counted. */
export interface Noted {
  readonly request: Row<'KeyRequest'>;
  /** The request before it through the same bridge. */
  readonly askedMs: number | undefined;
  readonly bridge: Row<'Device'>;
}

/** Why one was not. */
export type Unnoted = 'unknown_bridge' | 'over_limit' | 'repeated';

/** A bridge holds the keys of 16 printers; the others are its neighbours'. */
const MAX_PRINTERS_PER_BRIDGE = 64;

/** A request that is older than one known already is its repetition. The lock of the printer's hardware xor must be held. */
export async function noteRequest(
  db: Db,
  bridgeNumber: bigint,
  deviceAddress: string,
  lastAt: Date,
): Promise<Noted | Unnoted> {
  const bridge = await db.device.findUnique({ where: { number: bridgeNumber } });
  if (bridge === null) return 'unknown_bridge';
  const { id: bridgeId } = bridge;
  const known = await db.keyRequest.findUnique({
    where: { deviceAddress_bridgeId: { deviceAddress, bridgeId } },
  });
  if (known !== null) {
    if (known.lastAt >= lastAt) return 'repeated';
    const data = { lastAt, count: { increment: 1 } };
    const request = await db.keyRequest.update({ where: { id: known.id }, data });
    return { request, askedMs: known.lastAt.getTime(), bridge };
  }
  if ((await db.keyRequest.count({ where: { bridgeId } })) >= MAX_PRINTERS_PER_BRIDGE) return 'over_limit';
  const asked = { deviceAddress, bridgeId, hardwareXor: hardwareXor(deviceAddress) };
  const request = await db.keyRequest.create({
    data: { ...asked, id: uuidv7(), state: KeyRequestState.unclaimed, firstAt: lastAt, lastAt },
  });
  return { request, askedMs: undefined, bridge };
}
