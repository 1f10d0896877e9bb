// UploadArtifact: a firmware file or an archive in pieces, kept when all of it came and all of it is as it should be.
import type { firmware } from '@mooring/proto';
import { clientStream, deadline, Fault } from '@mooring/runtime';
import type { ArtifactContext } from './artifact-context.js';
import { artifactMessage } from './artifact-message.js';
import { kindOf, ownerOf } from './request.js';

type Request = firmware.UploadArtifactRequest;
const MAX_CHUNK_BYTES = 1024 ** 2;
// Whoever sends nothing for so long holds a place that others wait for.
const STALL_MS = 30_000;

export function uploadArtifact({ uploads }: ArtifactContext): firmware.ArtifactsServer['uploadArtifact'] {
  return clientStream(async (requests, { signal }) => {
    const parts = requests[Symbol.asyncIterator]();
    const { part } = (await parts.next()).value ?? {};
    if (part?.$case !== 'start') throw new Fault('invalid', 'an upload begins with start');
    const { organizationId, kind, actor, expectedBytes } = part.value;
    const arriving = {
      organizationId: ownerOf(organizationId),
      kind: kindOf(kind),
      actor,
      expectedBytes,
      chunks: chunksOf(parts),
    };
    const { artifact, existed } = await uploads.take(arriving, signal);
    return { artifact: artifactMessage(artifact), existed };
  });
}

/** The pieces up to the end. Faults `invalid` for what is no piece, `unavailable` without an end, `deadline`. */
async function* chunksOf(parts: AsyncIterator<Request>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = await deadline(parts.next(), STALL_MS, 'the next piece of an upload');
    if (next.done === true) throw new Fault('unavailable', 'the upload was cut off');
    const { part } = next.value;
    if (part?.$case === 'end') return;
    if (part?.$case !== 'chunk') throw new Fault('invalid', 'an upload goes on with chunk or end');
    if (part.value.length > MAX_CHUNK_BYTES) throw new Fault('invalid', 'a chunk has 1 MiB at most');
    yield part.value;
  }
}
