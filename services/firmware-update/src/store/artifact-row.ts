// Translates between rows and the files that they are of.
import { type Artifact, ArtifactKind, artifactKind } from '../domain/artifact.js';
import type { Artifact as Row } from './generated/client.js';

/** The file that a row holds. */
export function artifactOf(row: Row): Artifact {
  const { sizeBytes, madeAt, uploadedAt, ...rest } = row;
  return {
    ...rest,
    kind: artifactKind(rest.kind) ?? ArtifactKind.firmware,
    sizeBytes: Number(sizeBytes),
    madeAtMs: madeAt.getTime(),
    uploadedAtMs: uploadedAt.getTime(),
  };
}

/** The row of a file. */
export function artifactRow(artifact: Artifact): Row {
  const { sizeBytes, madeAtMs, uploadedAtMs, ...rest } = artifact;
  return {
    ...rest,
    sizeBytes: BigInt(sizeBytes),
    madeAt: new Date(madeAtMs),
    uploadedAt: new Date(uploadedAtMs),
  };
}
