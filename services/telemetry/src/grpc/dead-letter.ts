// How a dead letter is shown.
import type { telemetry } from '@mooring/proto';
import type { DeadLetter } from '@mooring/runtime';

export function toMessage(letter: DeadLetter): telemetry.DeadLetter {
  const { id, durable, subject, reason, at, size, preview } = letter;
  return {
    id,
    durable,
    subject,
    reason,
    atMs: Date.parse(at),
    size,
    preview: Buffer.from(preview, 'base64'),
  };
}
