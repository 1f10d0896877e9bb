// Reads steps off the bus; what names no session, or nothing that this version knows, is counted and left out.
import type { bus as messages } from '@mooring/proto';
import type { Step } from '../domain/change.js';
import { stepTaken } from '../events.js';
import { isSessionId } from '../watching/request.js';

/** The steps of a batch, in its order. */
export function readSteps({ steps }: messages.WatchStepBatch): Step[] {
  return steps.flatMap((step) => {
    const progress = progressOf(step.step);
    const { sessionId, connectionId, timeMs } = step;
    if (progress === undefined || connectionId === '' || !isSessionId(sessionId)) {
      stepTaken('unreadable');
      return [];
    }
    return [{ sessionId, connectionId, timeMs, progress }];
  });
}

function progressOf(step: messages.WatchStep['step']): Step['progress'] | undefined {
  switch (step?.$case) {
    case 'offered':
      return { is: 'offered' };
    case 'answered':
      return { is: 'answered', offeredAtMs: step.value.offeredAtMs };
    case 'ended':
      return { is: 'ended', reason: step.value.reason };
    case 'lost':
      return { is: 'lost' };
    case undefined:
      return undefined;
  }
}
