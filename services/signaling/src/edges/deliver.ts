// Delivers to the connection at one end of a session, and says how certain it is what became of that.
import { edge, type bus as messages } from '@mooring/proto';
import { asFault, type Bus } from '@mooring/runtime';
import type { Session, Side } from '../domain/session.js';
import { endMessage } from './message.js';

/** `gone`: it is certainly not there. `lost`: nobody knows whether it arrived. */
export type Delivered =
  | { readonly outcome: 'delivered'; readonly resumes: boolean }
  | { readonly outcome: 'gone' | 'lost' };

/** What is delivered of watch sessions. */
export type WatchContent = Extract<
  NonNullable<messages.Delivery['content']>,
  { $case: 'watchStart' | 'watchSignal' }
>;

/** Delivers once and never throws. `timeoutMs` bounds the wait for the edge's answer. */
export async function deliver(
  bus: Pick<Bus, 'request' | 'connectedSinceMs'>,
  session: Session,
  side: Side,
  content: WatchContent,
  timeoutMs: number,
): Promise<Delivered> {
  const { node, connectionId, deviceNumber, epoch } = endMessage(session, side);
  const sinceMs = bus.connectedSinceMs;
  try {
    const delivery = { connectionId, deviceNumber, epoch, content };
    const { delivered, resumes = false } = await bus.request(edge.deliver, { node }, delivery, timeoutMs);
    return delivered ? { outcome: 'delivered', resumes } : { outcome: 'gone' };
  } catch (error) {
    // Nobody listens there, which is certain only if the connection to the bus has not broken meanwhile.
    const isCertain = sinceMs !== undefined && bus.connectedSinceMs === sinceMs;
    return { outcome: isCertain && asFault(error).code === 'unavailable' ? 'gone' : 'lost' };
  }
}
