// GET /v1/devices/{id}/updates: the firmware updates of a device, newest first.
import type { firmware } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member } from '../access.js';
import { deviceBehind } from '../device-of.js';
import type { Parts } from '../parts.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { FirmwareUuid, Id, IdParams, Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const Update = Type.Object({
  id: Id,
  device_id: Id,
  status: Type.String({
    description:
      'requested, received, started, downloading, updating; then completed, failed, ignored, rescheduled, expired or withdrawn',
  }),
  progress: Nullable(Type.Number({ description: '0 to 100' })),
  reason: Nullable(Type.String()),
  firmware_uuid: Nullable(FirmwareUuid),
  deployment_group_id: Nullable(Id),
  actor: Nullable(Type.String({ description: 'Who ordered it' })),
  started_at: Time,
  updated_at: Time,
  ended_at: Nullable(Time),
});

const schema = {
  tags: ['Firmware'],
  summary: 'Lists updates, newest first',
  params: IdParams,
  querystring: PlainPage,
  response: { 200: Page(Update) },
};

export function updateRoute(server: Server, { peers }: Parts): void {
  const config = { access: member('firmware:read') };
  server.get('/v1/devices/:id/updates', { config, schema }, async (request) => {
    const { id: deviceId } = await deviceBehind(peers, request, request.params.id);
    return pageFrom(await peers.firmware.listUpdates({ deviceId, ...pageOf(request.query) }), toUpdate);
  });
}

function toUpdate(update: firmware.Update): Static<typeof Update> {
  return {
    id: update.id,
    device_id: update.deviceId,
    status: update.status,
    progress: update.progress ?? null,
    reason: update.reason || null,
    firmware_uuid: update.firmwareUuid || null,
    deployment_group_id: update.deploymentGroupId || null,
    actor: update.actor || null,
    started_at: toTime(update.startedAtMs),
    updated_at: toTime(update.updatedAtMs),
    ended_at: toTimeOrNull(update.endedAtMs),
  };
}
