// Assembles the services from their RPCs.
import { firmware } from '@mooring/proto';
import type { Pool } from '../store/client.js';
import type { ArtifactContext } from './artifact-context.js';
import { deleteArtifact, getArtifact, linkArtifact, listArtifacts } from './artifacts.js';
import {
  controlDeploymentGroup,
  createDeploymentGroup,
  deleteDeploymentGroup,
  getDeploymentGroup,
  listDeploymentGroups,
} from './deployment-groups.js';
import { getDeploymentStatus } from './deployment-status.js';
import { getDeviceUpdates, setDeviceUpdates } from './device-updates.js';
import { createFirmwareKey, deleteFirmwareKey, getFirmwareKey, listFirmwareKeys } from './firmware-keys.js';
import type { GroupContext } from './group-context.js';
import { listUpdates } from './list-updates.js';
import { updateDeploymentGroup } from './update-group.js';
import { uploadArtifact } from './upload-artifact.js';

/** The service of updates and its handlers, as a gRPC server takes them. */
export function firmwareService(pool: Pool) {
  const handlers: firmware.FirmwareUpdateServer = { listUpdates: listUpdates(pool) };
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

/** The service of deployment groups, likewise. */
export function deploymentService(context: GroupContext) {
  const handlers: firmware.DeploymentGroupsServer = {
    listDeploymentGroups: listDeploymentGroups(context),
    createDeploymentGroup: createDeploymentGroup(context),
    getDeploymentGroup: getDeploymentGroup(context),
    updateDeploymentGroup: updateDeploymentGroup(context),
    deleteDeploymentGroup: deleteDeploymentGroup(context),
    controlDeploymentGroup: controlDeploymentGroup(context),
    getDeploymentStatus: getDeploymentStatus(context),
    getDeviceUpdates: getDeviceUpdates(context),
    setDeviceUpdates: setDeviceUpdates(context),
  };
  return [firmware.DeploymentGroupsService, handlers] as const;
}
