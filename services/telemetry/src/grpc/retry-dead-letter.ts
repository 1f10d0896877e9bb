// RetryDeadLetter: publishes the message again where it came from.
import type { telemetry } from '@mooring/proto';
import type { Context } from './context.js';

export function retryDeadLetter({ deadLetters }: Context) {
  return async ({ id }: telemetry.RetryDeadLetterRequest): Promise<telemetry.RetryDeadLetterResponse> => {
    await deadLetters.retry(id);
    return {};
  };
}
