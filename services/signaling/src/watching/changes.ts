// Everything that changes sessions without an edge asking for it: steps, cameras that are gone, people, time.
import { type Clock, Fault, type NodeProcess } from '@mooring/runtime';
import { type DeviceGone, ended, lost, type Step, stepped, within } from '../domain/change.js';
import type { Session, Watch } from '../domain/session.js';
import { nextWait, reasonOf, type Waits } from '../domain/waits.js';
import { sessionAnswered, sessionsForgotten, stepTaken, waitedInVain } from '../events.js';
import { type ChangeResult, changeSessions, type Selection } from '../store/change.js';
import type { Pool } from '../store/client.js';
import type { SessionReader } from '../store/sessions.js';
import type { Announce } from './announce.js';
import { isSessionId } from './request.js';

export interface ChangeParts {
  readonly pool: Pool;
  readonly sessions: SessionReader;
  readonly waits: Waits;
  readonly clock: Clock;
  readonly announce: Announce;
}

/** Each resolves when it is stored, and has announced it then; throws the faults of the database. */
export function sessionChanges({ pool, sessions, waits, clock, announce }: ChangeParts) {
  async function change(selection: Selection, apply: (session: Session) => Session): Promise<ChangeResult> {
    const result = await changeSessions(pool, waits, selection, apply);
    announce(result.changed);
    return result;
  }

  /** Until none is left that `apply` changes; how many were. */
  async function changeAll(selection: Selection, apply: (session: Session) => Session): Promise<number> {
    let total = 0;
    for (let more = true; more; ) {
      const result = await change(selection, apply);
      total += result.changed.length;
      more = result.more && result.changed.length > 0;
    }
    return total;
  }

  return {
    async steps(steps: readonly Step[]): Promise<void> {
      const bySession = new Map<string, Step[]>();
      for (const step of steps) {
        bySession.set(step.sessionId, [...(bySession.get(step.sessionId) ?? []), step]);
      }
      const ids = [...bySession.keys()];
      for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
        const some = ids.slice(from, from + IDS_AT_ONCE);
        const nowMs = clock.now();
        const { changed } = await change({ where: 'id = ANY ($1::uuid[])', values: [some] }, (session) =>
          (bySession.get(session.id) ?? []).reduce((now, step) => stepped(now, step, nowMs), session),
        );
        stepTaken('taken', changed.length);
        for (const { before, after } of changed) {
          if (before.answeredAtMs === undefined && after.answeredAtMs !== undefined) {
            for (const step of bySession.get(after.id) ?? []) sessionAnswered(step);
          }
        }
      }
    },

    /** A session that is being made looks after itself: its camera is looked for once more. */
    async devicesGone(gone: readonly DeviceGone[]): Promise<void> {
      const latest = new Map<bigint, DeviceGone>();
      for (const each of gone) {
        const known = latest.get(each.deviceNumber);
        if (known === undefined || known.epoch < each.epoch) latest.set(each.deviceNumber, each);
      }
      const all = [...latest.values()];
      const where = `ready_at IS NOT NULL AND device_lost_at IS NULL AND EXISTS (
        SELECT FROM unnest($1::bigint[], $2::bigint[]) AS gone (number, epoch)
        WHERE gone.number = device_number AND device_epoch <= gone.epoch)
        AND device_number = ANY ($1::bigint[])`;
      const values = [
        all.map(({ deviceNumber }) => deviceNumber.toString()),
        all.map(({ epoch }) => epoch.toString()),
      ];
      const nowMs = clock.now();
      await changeAll({ where, values }, (session) => {
        const atMs = latest.get(session.deviceNumber)?.atMs ?? nowMs;
        return lost(session, 'device', within(atMs, session.createdAtMs, nowMs));
      });
    },

    /** Every viewer at that process of an edge is gone. */
    async edgeLost({ node, boot }: NodeProcess): Promise<void> {
      const where = 'viewer_node = $1 AND viewer_boot = $2 AND viewer_lost_at IS NULL';
      await changeAll({ where, values: [node, boot] }, (session) => lost(session, 'viewer', clock.now()));
    },

    /** Ends what waited in vain until `untilMs`; whether there may be more. */
    async waitedUntil(untilMs: number): Promise<boolean> {
      const where = 'deadline_at <= $1::timestamptz';
      const selection = { where, values: [new Date(untilMs)], skipLocked: true };
      const { changed, more } = await change(selection, (session) => {
        const { awaited } = nextWait(session, waits);
        return ended(session, reasonOf(awaited), clock.now());
      });
      for (const { before } of changed) waitedInVain(nextWait(before, waits).awaited);
      return more;
    },

    /** Somebody ends it; one that has ended stays as it is. Fault `not_found`. */
    async endByHand(organizationIds: readonly string[], id: string): Promise<Session> {
      const where = 'id = $1 AND organization_id = ANY ($2::uuid[])';
      const result = await change({ where, values: [id, organizationIds] }, (session) =>
        ended(session, 'user_ended', clock.now()),
      );
      const [session = (await sessions.byIds([id]))[0]] = result.sessions;
      if (session === undefined || !organizationIds.includes(session.organizationId)) {
        throw new Fault('not_found', 'no such watch session');
      }
      return session;
    },

    /** Ends every session of those, as whoever took the right away would; how many there were. */
    rightsWithdrawn(watches: readonly Watch[]): Promise<number> {
      const where = `device_id = ANY ($4::uuid[]) AND (user_id, api_key, organization_id, device_id) IN (
        SELECT * FROM unnest($1::text[], $2::boolean[], $3::uuid[], $4::uuid[]))`;
      const values = [
        watches.map(({ watcher }) => watcher.userId),
        watches.map(({ watcher }) => watcher.apiKey),
        watches.map(({ organizationId }) => organizationId),
        watches.map(({ deviceId }) => deviceId),
      ];
      return changeAll({ where, values }, (session) => ended(session, 'user_ended', clock.now()));
    },

    /** Ends and forgets every session of a device. */
    async forgetDevice(deviceId: string): Promise<void> {
      if (!isSessionId(deviceId)) return;
      const nowMs = clock.now();
      await changeAll({ where: 'device_id = $1', values: [deviceId] }, (session) =>
        ended(session, 'device_disconnected', nowMs),
      );
      sessionsForgotten('device', await sessions.forgetDevice(deviceId));
    },
  };
}

/** Sessions whose steps are stored together; no more than a selection takes. */
const IDS_AT_ONCE = 400;

export type SessionChanges = ReturnType<typeof sessionChanges>;
