// Says to everyone concerned what has been stored: the ends, whoever looks at a page, the metrics.
import { live, type bus as messages } from '@mooring/proto';
import type { Bus } from '@mooring/runtime';
import type { Session } from '../domain/session.js';
import type { Teller } from '../edges/tell.js';
import { sessionChanged } from '../events.js';
import type { Changed } from '../store/change.js';

/** To be called after the commit. */
export type Announce = (changed: readonly Changed[]) => void;

export function announcer(bus: Pick<Bus, 'publish'>, teller: Teller): Announce {
  return (all) => {
    for (const { before, after } of all) {
      if (after.state !== before.state) sessionChanged(before, after);
      const isShown = after.readyAtMs !== undefined || after.state === 'ended';
      const isNew = before.readyAtMs === undefined && after.readyAtMs !== undefined;
      if (isShown && (isNew || after.state !== before.state)) publish(bus, after);
      if (after.state === 'ended') teller.ended(after);
      else {
        for (const side of ['viewer', 'device'] as const) {
          const isLost = after[side].lostAtMs !== undefined && before[side].lostAtMs === undefined;
          if (isLost) teller.presence(after, side);
        }
      }
    }
  };
}

function publish(bus: Pick<Bus, 'publish'>, session: Session): void {
  const { deviceId, id: sessionId, state, watcher, reason, step, organizationId } = session;
  const value: messages.LiveWatch = {
    deviceId,
    sessionId,
    state,
    userId: watcher.userId,
    reason,
    atMs: changedAtMs(session),
    step,
  };
  bus.publish(live.event, { organization: organizationId }, { event: { $case: 'watch', value } });
}

function changedAtMs(session: Session): number {
  const { endedAtMs, answeredAtMs, offeredAtMs, readyAtMs, createdAtMs } = session;
  return endedAtMs ?? answeredAtMs ?? offeredAtMs ?? readyAtMs ?? createdAtMs;
}
