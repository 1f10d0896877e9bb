// What the firmware-update service reports.
import { counter, type Fault, type FaultCode, gauge, histogram, logger, type Turn } from '@mooring/runtime';
import type { Artifact } from './domain/artifact.js';

const uploadLog = logger('uploads');

const uploads = counter({
  name: 'mooring_firmware_uploads_total',
  help: 'Firmware files that were sent: accepted, existed, or the word of the refusal or failure',
  labels: ['outcome'],
});

const uploadedBytes = counter({
  name: 'mooring_firmware_uploaded_bytes_total',
  help: 'Bytes of the firmware files that were accepted',
});

/** A firmware file was accepted, or is one that has been there. */
export function uploadTaken(artifact: Artifact, existed: boolean): void {
  uploads.inc({ outcome: existed ? 'existed' : 'accepted' });
  if (existed) return;
  uploadedBytes.inc(artifact.sizeBytes);
  const { id, organizationId, uuid, product, version, signedBy, uploadedBy } = artifact;
  const whose = { organization_id: organizationId, actor: uploadedBy, signed_by: signedBy };
  uploadLog.info({ artifact_id: id, uuid, product, version, ...whose }, 'firmware uploaded');
}

/** A firmware file was not taken. */
export function uploadFailed(organizationId: string, fault: Fault): void {
  const { code, details } = fault;
  // The words of refusals are few; anything else that is said of a file would be a label without end.
  const word = details?.find(({ field }) => field === 'firmware')?.message;
  uploads.inc({ outcome: word ?? code });
  uploadLog.info({ organization_id: organizationId, outcome: word ?? code, err: fault }, 'firmware refused');
}

/** A firmware file was deleted from the list; its bytes go later. */
export function artifactDeleted(artifact: Artifact, actor: string): void {
  const { id, organizationId, uuid } = artifact;
  uploadLog.info({ artifact_id: id, uuid, organization_id: organizationId, actor }, 'firmware deleted');
}

/** A key that signs firmware was made or deleted. */
export function keyChanged(change: 'made' | 'deleted', keyId: string, actor: string): void {
  uploadLog.info({ key_id: keyId, change, actor }, 'firmware key changed');
}

const removals = counter({
  name: 'mooring_firmware_objects_removed_total',
  help: 'Objects of deleted and abandoned firmware that were to be removed from the store, by outcome',
  labels: ['outcome'],
});

/** An object was removed from the store. */
export function objectRemoved(): void {
  removals.inc({ outcome: 'removed' });
}

/** An object could not be removed, or, without a key, it could not be found out which. Tried again. */
export function removalFailed(key: string, error: unknown): void {
  removals.inc({ outcome: 'failed' });
  uploadLog.warn({ key, err: error }, 'an object could not be removed');
}

const downloadLog = logger('downloads');

/** How a download ended: the client `left`, was too `slow`, or was told to come again. */
export type DownloadOutcome = 'complete' | 'left' | 'slow' | 'unavailable' | 'busy' | 'expired' | 'not_found';

const downloads = counter({
  name: 'mooring_firmware_downloads_total',
  help: 'Downloads of firmware files, whole or in part, by how they ended',
  labels: ['outcome'],
});

const downloadedBytes = counter({
  name: 'mooring_firmware_downloaded_bytes_total',
  help: 'Bytes of firmware files that were sent',
});

const running = gauge({ name: 'mooring_firmware_downloads_running', help: 'Downloads at the moment' });

const downloadSeconds = histogram({
  name: 'mooring_firmware_download_seconds',
  help: 'How long downloads took that were complete',
  buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
});

const waiting = gauge({
  name: 'mooring_firmware_downloads_waiting',
  help: 'Requests for firmware files that wait for their turn',
});

const turns = counter({
  name: 'mooring_firmware_download_turns_total',
  help: 'Requests for firmware files by whether they got their turn: taken, or late, left or full',
  labels: ['outcome'],
});

const waitSeconds = histogram({
  name: 'mooring_firmware_download_wait_seconds',
  help: 'How long requests for firmware files waited that got their turn',
  buckets: [0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 45, 60],
});

/** So many downloads are running, and so many wait for their turn. */
export function downloading(count: number, waitingCount: number): void {
  running.set(count);
  waiting.set(waitingCount);
}

/** A request has its turn, at once or after waiting, or will not have it. */
export function downloadWaited(turn: Turn, tookMs: number): void {
  turns.inc({ outcome: turn });
  if (turn === 'taken') waitSeconds.observe(tookMs / 1_000);
}

/** What is told of a download. Never its token. */
export interface DownloadFacts {
  readonly artifactId?: string;
  readonly status?: number;
  readonly bytes?: number;
  readonly tookMs?: number;
  readonly code?: FaultCode;
  readonly error?: unknown;
}

/** A download ended, or was refused. */
export function downloadEnded(outcome: DownloadOutcome, facts: DownloadFacts): void {
  const { artifactId, status, bytes = 0, tookMs = 0, code, error } = facts;
  downloads.inc({ outcome });
  downloadedBytes.inc(bytes);
  if (outcome === 'complete') downloadSeconds.observe(tookMs / 1_000);
  // Whoever asks too often, or for what is not there, is counted; a line for each would be theirs to write.
  if (artifactId === undefined && outcome !== 'unavailable') return;
  const level = outcome === 'unavailable' ? 'warn' : 'info';
  const told = { artifact_id: artifactId, status, bytes, took_ms: Math.round(tookMs), code, err: error };
  downloadLog[level]({ outcome, ...told }, 'download ended');
}
