// What must be heard of when a connection had gone before it was answered: of watch sessions, and of consoles.
import { consoleClosed } from '../dialects/console-audit.js';
import type { Answer, DeviceEvent } from '../dialects/dialect.js';
import { EndReason } from '../dialects/watch.js';

/** The steps of watch sessions, and the ends of consoles, that nobody is left to take up. */
export function orphaned(answer: Answer, connectionId: string, timeMs: number): readonly DeviceEvent[] {
  const about = { kind: 'watch', connectionId, timeMs } as const;
  switch (answer.kind) {
    case 'watching': {
      const progress = { is: 'ended', reason: EndReason.viewerDisconnected } as const;
      return [{ ...about, sessionId: answer.sessionId, progress }];
    }
    case 'resumed':
      return answer.sessions.map(({ sessionId }) => ({ ...about, sessionId, progress: { is: 'lost' } }));
    case 'console':
      return [
        consoleClosed(answer.session, 'person_left', timeMs, { durationMs: 0, bytesIn: 0, bytesOut: 0 }),
      ];
    default:
      return [];
  }
}
