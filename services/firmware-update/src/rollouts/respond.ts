// Answers what edges and the registry ask: whether an update waits for a device, and to order one.
import { type bus as messages, updating } from '@mooring/proto';
import {
  asFault,
  type Bus,
  deadline,
  Fault,
  isFault,
  type Runnable,
  untilAborted,
  type Work,
} from '@mooring/runtime';
import type { Ordered } from '../domain/by-hand.js';
import { claimSome } from '../store/claim.js';
import type { Database } from '../store/client.js';
import { readDevice } from '../store/fleet.js';
import { firmwareOf } from '../store/releases.js';
import { noteOffer } from '../store/updates.js';
import { offerFailed, offerMade } from './events.js';
import { type Offer, type OfferParts, updateOffer } from './offer.js';

export interface RespondParts extends OfferParts {
  readonly bus: Bus;
  readonly database: Database;
  readonly work: Work;
  readonly offer: (offer: Offer) => Promise<void>;
}

const QUEUE = { queue: 'firmware-update' };
const ANSWER_MS = 4_500;
/** Requests in hand in one process; whoever finds no room asks again. */
const MAX_IN_HAND = 256;

/** Ready once the requests reach this process; at the end those in hand are answered. */
export function responders(parts: RespondParts): Runnable {
  const { bus } = parts;
  const inHand = new Set<Promise<unknown>>();
  const bounded = async <R>(work: () => Promise<R>): Promise<R> => {
    if (inHand.size >= MAX_IN_HAND) throw new Fault('unavailable', 'too many requests are in hand');
    const running = work();
    const settled = running.catch(() => undefined).finally(() => inHand.delete(settled));
    inHand.add(settled);
    return deadline(running, ANSWER_MS, 'the answer');
  };
  return {
    name: 'responders',
    async run({ signal, ready }) {
      const subscriptions = [
        bus.respond(updating.check, {}, (request) => bounded(() => check(parts, request)), QUEUE),
        bus.respond(updating.order, {}, (request) => bounded(() => order(parts, request)), QUEUE),
      ];
      await bus.flush();
      ready();
      await untilAborted(signal);
      for (const subscription of subscriptions) subscription.close();
      await Promise.all(inHand);
    },
  };
}

/** The offer that is made already, or one that is claimed for this device now if a slot is free. */
async function check(
  parts: RespondParts,
  { deviceId, organizationId }: messages.CheckUpdateRequest,
): Promise<messages.CheckUpdateReply> {
  const { pool, clock } = parts;
  const found = await readDevice(pool, deviceId);
  if (found === undefined || found.device.organizationId !== organizationId) return {};
  const { device, flying } = found;
  let update = flying?.status === 'requested' && flying.epoch === device.joinedEpoch ? flying : undefined;
  if (flying === undefined && device.groupId !== undefined) {
    const { offers } = await claimSome(pool, device.groupId, clock.now(), deviceId);
    update = offers[0]?.update;
  }
  const content = update && (await updateOffer(parts, update));
  if (update === undefined || content === undefined) return {};
  offerMade(update, 'checked');
  await noteOffer(pool, update.id);
  return { update: content };
}

/** What an order is refused with; nerveshub.md 4.3: an update in flight goes first. */
const refusals = {
  busy: { code: 'conflict', message: 'an update of the device is in flight' },
  wrong_platform: { code: 'invalid', message: 'the firmware is not for this device' },
} as const satisfies Partial<Record<Ordered['kind'], messages.CommandRefused>>;

async function order(
  parts: RespondParts,
  request: messages.OrderUpdateRequest,
): Promise<messages.OrderUpdateReply> {
  const { deviceId, organizationId, firmwareUuid, commandNumber, actor } = request;
  try {
    const firmware = await firmwareOf(parts.database, organizationId, firmwareUuid);
    const { kind, update } = await parts.changes.order(deviceId, { firmware, actor, commandNumber });
    if (kind === 'busy' || kind === 'wrong_platform') return refused(refusals[kind]);
    if (update !== undefined) parts.work.start(() => parts.offer({ update }));
    return { outcome: { $case: 'ordered', value: { already: kind === 'already' } } };
  } catch (error) {
    if (isFault(error, 'not_found')) return refused({ code: 'not_found', message: error.message });
    offerFailed(deviceId, asFault(error));
    return refused({ code: 'unavailable', message: 'the update could not be ordered now' });
  }
}

function refused(value: messages.CommandRefused): messages.OrderUpdateReply {
  return { outcome: { $case: 'refused', value } };
}
