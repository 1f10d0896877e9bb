// GET /v1/organizations/{id}/readings/export: every raw reading of all devices of an organization as a file.
import { Type } from 'typebox';
import { member } from '../access.js';
import { exportQuery, exportSpan, exportTypes, sendExport } from '../export-file.js';
import { devicesOf, organizationBehind } from '../organization-of.js';
import type { Parts } from '../parts.js';
import { IdParams, Tag } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const schema = {
  tags: ['Telemetry'],
  summary: 'Streams raw readings of all devices, or of those with a tag; needs the scope devices:read too',
  description: 'Day by day (UTC), and in a day device by device; all that are kept when no span is given.',
  params: IdParams,
  querystring: Type.Object({ ...exportQuery, tag: Type.Optional(Tag) }, { additionalProperties: false }),
  produces: exportTypes,
  response: {
    200: Type.String({
      description: 'device_id, device_name, time, metric, value, unit, interval_s of each',
    }),
  },
};

export function organizationExportRoute(server: Server, { peers, clock }: Parts): void {
  const config = { access: member('telemetry:read') };
  server.get('/v1/organizations/:id/readings/export', { config, schema }, async (request, reply) => {
    const { format = 'csv', metric = '', tag = '' } = request.query;
    const span = exportSpan(request.query, clock.now());
    const { id, name } = await organizationBehind(peers, request, request.params.id);
    const devices = await devicesOf(peers, request, id, tag);
    const named = new Map(
      devices.map((device) => [device.number, { device_id: device.id, device_name: device.name }]),
    );
    // Number 0 is no device: without any, nothing is found.
    const asked = { deviceNumber: 0n, deviceNumbers: [...named.keys()], metric, ...span };
    return sendExport(reply, peers.telemetry.exportReadings(asked), {
      name: `${name}-readings`,
      format,
      columns: ['device_id', 'device_name'],
      device: (number) => named.get(number) ?? { device_id: '', device_name: '' },
      of: id,
    });
  });
}
