// Every RPC of the registry, by name.
import type { registry } from '@mooring/proto';
import { admit } from './admit.js';
import { createApiKey, deleteApiKey, listApiKeys } from './api-keys.js';
import { authenticate } from './authenticate.js';
import { authenticateDevice } from './authenticate-device.js';
import { checkWatching } from './check-watching.js';
import type { Context } from './context.js';
import { createDevice } from './create-device.js';
import { createCredential, deleteCredential, listCredentials } from './credentials.js';
import { deleteDevice } from './delete-device.js';
import { describeDevices } from './describe-devices.js';
import { findCamera } from './find-camera.js';
import { getAccount } from './get-account.js';
import { getDevice } from './get-device.js';
import { getJwks } from './get-jwks.js';
import { listAudit } from './list-audit.js';
import { listConnections } from './list-connections.js';
import { listDevices } from './list-devices.js';
import { locate } from './locate.js';
import { login } from './login.js';
import { addMember, listMembers, removeMember } from './members.js';
import { openConsole } from './open-console.js';
import {
  createOrganization,
  getOrganization,
  listOrganizations,
  updateOrganization,
} from './organizations.js';
import { registerAccount } from './register-account.js';
import { reportDisconnected } from './report-disconnected.js';
import { reportSeen } from './report-seen.js';
import { updateDevice } from './update-device.js';

export function grpcHandlers(context: Context): registry.RegistryServer {
  return {
    admit: admit(context),
    authenticateDevice: authenticateDevice(context),
    reportDisconnected: reportDisconnected(context),
    reportSeen: reportSeen(context),
    locate: locate(context),
    describeDevices: describeDevices(context),
    findCamera: findCamera(context),
    checkWatching: checkWatching(context),
    openConsole: openConsole(context),
    registerAccount: registerAccount(context),
    login: login(context),
    authenticate: authenticate(context),
    getJwks: getJwks(context),
    getAccount: getAccount(context),
    listOrganizations: listOrganizations(context),
    createOrganization: createOrganization(context),
    getOrganization: getOrganization(context),
    updateOrganization: updateOrganization(context),
    listMembers: listMembers(context),
    addMember: addMember(context),
    removeMember: removeMember(context),
    listApiKeys: listApiKeys(context),
    createApiKey: createApiKey(context),
    deleteApiKey: deleteApiKey(context),
    listAudit: listAudit(context),
    listDevices: listDevices(context),
    createDevice: createDevice(context),
    getDevice: getDevice(context),
    updateDevice: updateDevice(context),
    deleteDevice: deleteDevice(context),
    listCredentials: listCredentials(context),
    createCredential: createCredential(context),
    deleteCredential: deleteCredential(context),
    listConnections: listConnections(context),
  };
}
