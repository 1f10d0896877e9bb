// Firmware files and keys as messages.
import type { firmware } from '@mooring/proto';
import type { Artifact, FirmwareKey } from '../domain/artifact.js';

export function artifactMessage({ uploadedBy: _, ...artifact }: Artifact): firmware.Artifact {
  return artifact;
}

export function keyMessage({ createdBy: _, publicKey, ...key }: FirmwareKey): firmware.FirmwareKey {
  return { ...key, publicKey: Buffer.from(publicKey) };
}
