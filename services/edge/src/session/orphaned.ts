// What signaling must hear when it answered a connection that had gone meanwhile.
import type { Answer, DeviceEvent } from '../dialects/dialect.js';
import { EndReason } from '../dialects/watch.js';

/** The steps of watch sessions that nobody is left to take up. */
export function orphaned(answer: Answer, connectionId: string, timeMs: number): readonly DeviceEvent[] {
  const about = { kind: 'watch', connectionId, timeMs } as const;
  switch (answer.kind) {
    case 'watching': {
      const progress = { is: 'ended', reason: EndReason.viewerDisconnected } as const;
      return [{ ...about, sessionId: answer.sessionId, progress }];
    }
    case 'resumed':
      return answer.sessions.map(({ sessionId }) => ({ ...about, sessionId, progress: { is: 'lost' } }));
    default:
      return [];
  }
}
