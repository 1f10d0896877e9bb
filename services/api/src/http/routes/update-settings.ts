// /v1/devices/{id}/update-settings: whether a device may be updated, by which group, and what keeps it from that.
import type { firmware } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTimeOrNull } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import { deviceBehind } from '../device-of.js';
import { requireRole } from '../memberships.js';
import type { Parts } from '../parts.js';
import { FirmwareUuid, Id, IdParams, Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Firmware'];
const UpdateSettings = Type.Object({
  device_id: Id,
  updates_enabled: Type.Boolean({
    description: 'Whether groups may update it; an order of a person always may',
  }),
  deployment_group_id: Nullable(Id),
  blocked_until: Nullable(Time),
  attempts: Type.Integer({ description: 'Since it was last updated' }),
  firmware_uuid: Nullable(FirmwareUuid),
  firmware_version: Nullable(Type.String()),
  updating_to: Nullable(FirmwareUuid),
});
const show = {
  tags,
  summary: 'Shows whether a device may be updated, by which group, and what it runs',
  params: IdParams,
  response: { 200: UpdateSettings },
};
const change = {
  tags,
  summary: 'Allows or forbids updates, puts the device into a group by hand, takes it out of the penalty box',
  params: IdParams,
  body: Type.Object(
    {
      updates_enabled: Type.Optional(Type.Boolean()),
      deployment_group_id: Type.Optional(Nullable(Id)),
      clear_penalty: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  response: { 200: UpdateSettings },
};

export function updateSettingsRoutes(server: Server, { peers }: Parts): void {
  const path = '/v1/devices/:id/update-settings';
  const read = { access: member('firmware:read') };
  server.get(path, { config: read, schema: show }, async (request) => {
    const { id: deviceId } = await deviceBehind(peers, request, request.params.id);
    const { updates } = await peers.deploymentGroups.getDeviceUpdates({ deviceId });
    return toUpdateSettings(present(updates, 'settings'));
  });

  const write = { access: member('firmware:write', 'operator') };
  server.patch(path, { config: write, schema: change }, async (request) => {
    const { id: deviceId, organizationId } = await deviceBehind(peers, request, request.params.id);
    requireRole(request, organizationId, 'operator');
    const { updates_enabled: updatesEnabled, deployment_group_id: group, clear_penalty } = request.body;
    const { userId, apiKeyId } = principalOf(request);
    const { updates } = await peers.deploymentGroups.setDeviceUpdates({
      deviceId,
      organizationId,
      actor: userId || apiKeyId,
      updatesEnabled,
      deploymentGroupId: group === null ? '' : group,
      clearPenalty: clear_penalty ?? false,
    });
    return toUpdateSettings(present(updates, 'settings'));
  });
}

function toUpdateSettings(updates: firmware.DeviceUpdates): Static<typeof UpdateSettings> {
  return {
    device_id: updates.deviceId,
    updates_enabled: updates.updatesEnabled,
    deployment_group_id: updates.deploymentGroupId || null,
    blocked_until: toTimeOrNull(updates.blockedUntilMs),
    attempts: updates.attempts,
    firmware_uuid: updates.firmwareUuid || null,
    firmware_version: updates.firmwareVersion || null,
    updating_to: updates.targetUuid || null,
  };
}
