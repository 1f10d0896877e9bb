// Assembles the services from their RPCs.
import { firmware } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import type { ArtifactContext } from './artifact-context.js';
import { deleteArtifact, getArtifact, linkArtifact, listArtifacts } from './artifacts.js';
import { createFirmwareKey, deleteFirmwareKey, getFirmwareKey, listFirmwareKeys } from './firmware-keys.js';
import { listUpdates, type ReadUpdates } from './list-updates.js';
import { uploadArtifact } from './upload-artifact.js';

/** The service of updates and its handlers, as a gRPC server takes them. */
export function firmwareService(read: ReadUpdates) {
  const handlers: firmware.FirmwareUpdateServer = { listUpdates: unary(listUpdates(read)) };
  return [firmware.FirmwareUpdateService, handlers] as const;
}

/** The service of firmware files and keys, likewise. */
export function artifactService(context: ArtifactContext) {
  const handlers: firmware.ArtifactsServer = {
    uploadArtifact: uploadArtifact(context),
    listArtifacts: listArtifacts(context),
    getArtifact: getArtifact(context),
    deleteArtifact: deleteArtifact(context),
    linkArtifact: linkArtifact(context),
    listFirmwareKeys: listFirmwareKeys(context),
    createFirmwareKey: createFirmwareKey(context),
    getFirmwareKey: getFirmwareKey(context),
    deleteFirmwareKey: deleteFirmwareKey(context),
  };
  return [firmware.ArtifactsService, handlers] as const;
}
