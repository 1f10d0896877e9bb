// Sends a firmware file or an archive on as the service takes it.
import type { firmware } from '@mooring/proto';
import { isFault } from '@mooring/runtime';
import type { FileBody } from './file-body.js';
import { TooLarge } from './problem.js';
import type { ArtifactKind } from './schemas/artifact.js';

export interface Sender {
  readonly organizationId: string;
  /** Person or API key. */
  readonly actor: string;
  readonly kind: ArtifactKind;
}

/** The upload's messages: it says itself where its end is. */
export async function* uploadParts(
  { chunks, bytes }: FileBody,
  sender: Sender,
): AsyncGenerator<firmware.UploadArtifactRequest> {
  yield { part: { $case: 'start', value: { ...sender, expectedBytes: bytes } } };
  for await (const chunk of chunks) yield { part: { $case: 'chunk', value: Buffer.from(chunk) } };
  yield { part: { $case: 'end', value: {} } };
}

/** A refusal as it is answered: a file that is too large is one by its status too. */
export function uploadFailure(error: unknown): unknown {
  return isTooLarge(error) ? new TooLarge(error.message) : error;
}

function isTooLarge(error: unknown): error is Error {
  if (!isFault(error, 'invalid')) return false;
  return (
    error.details?.some(({ field, message }) => field === 'firmware' && message === 'too_large') ?? false
  );
}
