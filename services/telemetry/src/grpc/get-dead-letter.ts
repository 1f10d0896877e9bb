// GetDeadLetter: one message that no consumer could handle.
import type { telemetry } from '@mooring/proto';
import type { Context } from './context.js';
import { toMessage } from './dead-letter.js';

export function getDeadLetter({ deadLetters }: Context) {
  return async ({ id }: telemetry.GetDeadLetterRequest): Promise<telemetry.GetDeadLetterResponse> => ({
    deadLetter: toMessage(await deadLetters.get(id)),
  });
}
