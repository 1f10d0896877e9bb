// GET /v1/devices/{id}/readings/export: every raw reading of a device as a file.
import { Type } from 'typebox';
import { member } from '../access.js';
import { deviceBehind } from '../device-of.js';
import { exportQuery, exportSpan, exportTypes, sendExport } from '../export-file.js';
import type { Parts } from '../parts.js';
import { IdParams } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const schema = {
  tags: ['Telemetry'],
  summary: 'Streams raw readings in order of time; all that are kept when no span is given',
  params: IdParams,
  querystring: Type.Object(exportQuery, { additionalProperties: false }),
  produces: exportTypes,
  response: { 200: Type.String({ description: 'time, metric, value, unit and interval_s of each reading' }) },
};

export function exportRoute(server: Server, { peers, clock }: Parts): void {
  const config = { access: member('telemetry:read') };
  server.get('/v1/devices/:id/readings/export', { config, schema }, async (request, reply) => {
    const { format = 'csv', metric = '' } = request.query;
    const span = exportSpan(request.query, clock.now());
    const device = await deviceBehind(peers, request, request.params.id);
    const asked = { deviceNumber: device.number, deviceNumbers: [], metric, ...span };
    return sendExport(reply, peers.telemetry.exportReadings(asked), {
      name: `${device.identifier}-readings`,
      format,
      columns: [],
      device: () => ({}),
      of: device.id,
    });
  });
}
