// Ends the sessions that an edge reports, if they are still the devices' present ones.
import type { registry } from '@mooring/proto';
import { Fault, systemClock, unary } from '@mooring/runtime';
import { boundDisconnection } from '../domain/session.js';
import { events } from '../events.js';
import type { Context } from './context.js';

/** An edge that drains reports all its sessions; it does so in parts. */
const MAX_DISCONNECTIONS = 20_000;

export function reportDisconnected({
  store,
  committed,
}: Context): registry.RegistryServer['reportDisconnected'] {
  return unary(async ({ disconnections }) => {
    if (disconnections.length > MAX_DISCONNECTIONS) {
      throw new Fault('invalid', `at most ${MAX_DISCONNECTIONS} disconnections in one report`);
    }
    if (disconnections.length === 0) return {};
    const nowMs = systemClock.now();
    const ended = await store.sessions.endReported(
      disconnections.map((each) => boundDisconnection(each, nowMs)),
    );
    events.sessionsEnded('reported', ended);
    committed();
    return {};
  });
}
