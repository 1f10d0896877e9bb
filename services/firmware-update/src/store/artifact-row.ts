// Translates between rows and firmware files.
import type { Artifact } from '../domain/artifact.js';
import type { Artifact as Row } from './generated/client.js';

/** The firmware file that a row holds. */
export function artifactOf(row: Row): Artifact {
  const { sizeBytes, madeAt, uploadedAt, ...rest } = row;
  return {
    ...rest,
    sizeBytes: Number(sizeBytes),
    madeAtMs: madeAt.getTime(),
    uploadedAtMs: uploadedAt.getTime(),
  };
}

/** The row of a firmware file. */
export function artifactRow(artifact: Artifact): Row {
  const { sizeBytes, madeAtMs, uploadedAtMs, ...rest } = artifact;
  return {
    ...rest,
    sizeBytes: BigInt(sizeBytes),
    madeAt: new Date(madeAtMs),
    uploadedAt: new Date(uploadedAtMs),
  };
}
