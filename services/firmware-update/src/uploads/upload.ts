// Takes a firmware file or an archive in: to disk, through every check, into the store, and only then into the list.
import { asFault, type Clock, Fault, uuidv7 } from '@mooring/runtime';
import type { Artifact, ArtifactKind } from '../domain/artifact.js';
import type { ArchiveLimits } from '../domain/fw/layout.js';
import { isRefusal, refusalFault } from '../domain/fw/refusal.js';
import { type SigningKey, signerOf } from '../domain/fw/signature.js';
import { uploadFailed, uploadTaken } from '../events.js';
import type { ArtifactStorage } from '../storage/artifact-storage.js';
import { requireFreeVersion } from '../store/artifact-versions.js';
import { keepArtifact, twinOf } from '../store/artifacts.js';
import type { Database } from '../store/client.js';
import { listKeys, MAX_KEYS } from '../store/keys.js';
import { forgetRemoval, noteRemoval } from '../store/removals.js';
import { inspect } from './inspect.js';
import { type SpooledFile, spool, tooLarge } from './spool.js';

/** How long an upload may take in all; its caller's deadline is not longer. */
export const UPLOAD_MS = 15 * 60_000;
/** How long the object of an upload lies there without an artifact before it is removed. */
const ABANDONED_MS = 4 * UPLOAD_MS;

/** What uploads stand on. */
export interface Intake {
  readonly database: Database;
  readonly storage: ArtifactStorage;
  readonly clock: Clock;
  readonly spoolDirectory: string;
  readonly maxBytes: number;
  readonly maxUploads: number;
  readonly archive: ArchiveLimits;
  /** Whether a version of firmware is there once per product, platform and architecture. */
  readonly uniqueVersions: boolean;
}

/** A file that somebody sends. */
export interface Arriving {
  readonly organizationId: string;
  readonly kind: ArtifactKind;
  readonly actor: string;
  /** As far as is known; 0 when it is not. */
  readonly expectedBytes: number;
  /** Throws when it is cut off. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What became of it: a new artifact, or the one that has been there, of the very same file. */
export interface Taken {
  readonly artifact: Artifact;
  readonly existed: boolean;
}

/** Takes files in, at most `maxUploads` at once and half of them from one organization. */
export class Uploads {
  readonly #intake: Intake;
  readonly #running: string[] = [];

  constructor(intake: Intake) {
    this.#intake = intake;
  }

  /**
   * Faults `invalid` with the word of the refusal, `conflict` when another file with its product and uuid is there, both
   * whole or both deltas, or other firmware has its version, `exhausted` while too many are uploaded or when there is no room, and what the store, the database and `chunks` throw.
   */
  async take(arriving: Arriving, signal: AbortSignal): Promise<Taken> {
    try {
      const taken = await this.#admit(arriving, signal);
      uploadTaken(taken.artifact, taken.existed);
      return taken;
    } catch (error) {
      uploadFailed(arriving.organizationId, asFault(error));
      throw error;
    }
  }

  async #admit(arriving: Arriving, signal: AbortSignal): Promise<Taken> {
    const { maxUploads, maxBytes, spoolDirectory } = this.#intake;
    const { organizationId } = arriving;
    const own = this.#running.filter((each) => each === organizationId).length;
    // Slow lines of one organization leave room for the others.
    if (this.#running.length >= maxUploads || own >= Math.ceil(maxUploads / 2)) {
      throw new Fault('exhausted', 'too many files are being uploaded');
    }
    if (arriving.expectedBytes > maxBytes) throw refusalFault(tooLarge(maxBytes));
    this.#running.push(organizationId);
    try {
      const spooled = await spool(spoolDirectory, arriving.chunks, maxBytes);
      if (isRefusal(spooled)) throw refusalFault(spooled);
      try {
        return await this.#keep(arriving, spooled, signal);
      } finally {
        await spooled.close();
      }
    } finally {
      this.#running.splice(this.#running.indexOf(organizationId), 1);
    }
  }

  async #keep(arriving: Arriving, spooled: SpooledFile, signal: AbortSignal): Promise<Taken> {
    const { database, storage, clock, uniqueVersions: uniqueVersion } = this.#intake;
    const { partHashes } = spooled;
    const artifact = await this.#examine(arriving, spooled, signal);
    const twin = await twinOf(database, artifact);
    if (twin !== undefined) return sameFile(twin, artifact);
    if (uniqueVersion) await requireFreeVersion(database, artifact);
    const { id: key, sizeBytes } = artifact;
    await noteRemoval(database, { key, sizeBytes }, clock.now() + ABANDONED_MS);
    await storage.put(key, spooled.read(), sizeBytes, signal);
    const kept = await keepArtifact(database, artifact, { partHashes, uniqueVersion });
    if (kept !== undefined) return { artifact: kept, existed: false };
    await storage.remove(key, sizeBytes);
    await forgetRemoval(database, key);
    const winner = await twinOf(database, artifact);
    if (winner === undefined) throw new Fault('unavailable', 'the same file was uploaded and deleted');
    return sameFile(winner, artifact);
  }

  async #examine(arriving: Arriving, spooled: SpooledFile, signal: AbortSignal): Promise<Artifact> {
    const { database, archive, clock } = this.#intake;
    const { organizationId, kind, actor: uploadedBy } = arriving;
    const page = { limit: MAX_KEYS, after: undefined };
    const keys: readonly SigningKey[] = await listKeys(database, [organizationId], page);
    const found = await inspect(
      spooled.file,
      spooled.bytes,
      archive,
      (metaConf, signature) => signerOf(metaConf, signature, keys),
      signal,
    );
    if (isRefusal(found)) throw refusalFault(found);
    const { uuid, metadata, signer, delta, madeAtMs } = found;
    return {
      ...{ id: uuidv7(), organizationId, kind, uuid, ...metadata, delta, madeAtMs },
      ...{ sizeBytes: spooled.bytes, sha256: spooled.sha256, signedBy: signer.name },
      ...{ uploadedAtMs: clock.now(), uploadedBy },
    };
  }
}

function sameFile(twin: Artifact, { sha256, product, version, delta }: Artifact): Taken {
  if (twin.sha256 === sha256) return { artifact: twin, existed: true };
  throw new Fault(
    'conflict',
    `another ${delta ? 'delta' : 'file'} of ${product} ${version} with the same metadata, and so the same uuid, is there already`,
  );
}
