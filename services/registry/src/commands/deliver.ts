// Delivers one command to the edge that holds its device, and notes what became of it.
import { edge, type bus as messages } from '@mooring/proto';
import {
  asFault,
  type Bus,
  contextFromTraceparent,
  currentTraceparent,
  inSpan,
  isFault,
  sleep,
} from '@mooring/runtime';
import type { Delivered } from '../domain/command-delivery.js';
import type { Sending } from '../store/command-dispatch.js';
import type { Store } from '../store/index.js';
import { commandEvents } from './events.js';
import { order } from './order.js';

const REPLY_MS = 3_000;
/** A device may be known here before its edge has read that it was admitted. */
const LOOK_AGAIN_MS = 300;

export interface DeliverParts {
  readonly bus: Pick<Bus, 'request' | 'connectedSinceMs'>;
  readonly dispatch: Pick<Store['commandDispatch'], 'action' | 'delivered' | 'relocate' | 'fail'>;
}

/** Never rejects: what is not noted is found overdue and delivered again. */
export async function deliver(parts: DeliverParts, sending: Sending, signal: AbortSignal): Promise<void> {
  const parent = contextFromTraceparent(sending.traceparent);
  const attributes = { 'mooring.command': sending.number, 'mooring.command.type': sending.type };
  await inSpan('dispatch command', { parent, attributes }, async (span) => {
    try {
      const outcome = await attempt(parts, sending, signal);
      span.setAttribute('mooring.outcome', outcome);
      commandEvents.delivery(outcome);
    } catch (error) {
      commandEvents.deliveryFailed(asFault(error));
    }
  });
}

async function attempt({ bus, dispatch }: DeliverParts, sending: Sending, signal: AbortSignal) {
  const startMs = performance.now();
  const action = await open(dispatch, sending);
  if (action === 'deleted' || action === 'sealed') return action;
  if (action.$case === 'update')
    return noted(dispatch, sending, await order(bus, sending, action.value), startMs);
  const first = await request(bus, sending, action);
  if (first.as !== 'gone' || sending.doubt) return noted(dispatch, sending, first, startMs);
  await sleep(LOOK_AGAIN_MS, signal);
  const now = await dispatch.relocate(sending);
  if (now === undefined) return noted(dispatch, sending, first, startMs);
  return noted(dispatch, now, await request(bus, now, action), startMs - sending.waitedMs);
}

async function noted(
  dispatch: DeliverParts['dispatch'],
  sending: Sending,
  outcome: Delivered,
  startMs: number,
): Promise<Delivered['as']> {
  await dispatch.delivered(sending, outcome);
  if (outcome.as === 'written' && sending.repeat === 0)
    commandEvents.dispatched((performance.now() - startMs + sending.waitedMs) / 1_000);
  return outcome.as;
}

async function open(
  dispatch: DeliverParts['dispatch'],
  { id }: Sending,
): Promise<NonNullable<messages.Command['action']> | 'deleted' | 'sealed'> {
  try {
    return (await dispatch.action(id)) ?? 'deleted';
  } catch (error) {
    if (!isFault(error, 'invalid')) throw error;
    commandEvents.sealed(id, error);
    await dispatch.fail(id, 'internal', 'what it does cannot be read any more');
    return 'sealed';
  }
}

async function request(
  bus: DeliverParts['bus'],
  sending: Sending,
  action: NonNullable<messages.Command['action']>,
): Promise<Delivered> {
  const { node, connectionId, deviceNumber, epoch, number, repeat } = sending;
  const traceparent = currentTraceparent() ?? sending.traceparent;
  const content = { $case: 'command', value: { number, traceparent, repeat, action } } as const;
  const sinceMs = bus.connectedSinceMs;
  try {
    const delivery = { connectionId, deviceNumber, epoch, content };
    return deliveredOf(await bus.request(edge.deliver, { node }, delivery, REPLY_MS));
  } catch (error) {
    const fault = asFault(error);
    commandEvents.deliveryFailed(fault);
    // Nobody listens there, which is certain only if the connection to the bus has not broken meanwhile.
    const certain = sinceMs !== undefined && bus.connectedSinceMs === sinceMs;
    return fault.code === 'unavailable' && certain ? { as: 'gone' } : { as: 'unknown' };
  }
}

function deliveredOf({ delivered, taken }: messages.DeliveryReply): Delivered {
  if (!delivered) return { as: 'gone' };
  const outcome = taken?.outcome;
  switch (outcome?.$case) {
    case 'written': {
      const { answerWithinMs, repeatable, retries } = outcome.value;
      return { as: 'written', answerWithinMs, repeatable, retries };
    }
    case 'refused':
      return { as: 'refused', ...outcome.value };
    case undefined:
      return { as: 'refused', code: 'unsupported', message: 'its edge does not know commands' };
  }
}
