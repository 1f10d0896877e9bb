// DiscardDeadLetter: throws a message away for good.
import type { telemetry } from '@mooring/proto';
import type { Context } from './context.js';

export function discardDeadLetter({ deadLetters }: Context) {
  return async ({ id }: telemetry.DiscardDeadLetterRequest): Promise<telemetry.DiscardDeadLetterResponse> => {
    await deadLetters.discard(id);
    return {};
  };
}
