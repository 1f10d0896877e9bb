// GET /v1/devices/{id}/energy: energy by hour, day or month of the organization, and what it costs.
import { Type } from 'typebox';
import { weekOf } from '../../domain/tariff.js';
import { member } from '../access.js';
import { deviceBehind } from '../device-of.js';
import { organizationBehind } from '../organization-of.js';
import type { Parts } from '../parts.js';
import { tariffOf } from '../schemas/account.js';
import { Energy, energyQuery, energySpan, toEnergy } from '../schemas/energy.js';
import { IdParams } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const schema = {
  tags: ['Telemetry'],
  summary: 'Shows energy and cost; up to now, and a day, a month or a year back, when no span is given',
  params: IdParams,
  querystring: Type.Object(energyQuery, { additionalProperties: false }),
  response: { 200: Energy },
};

export function energyRoute(server: Server, { peers, clock }: Parts): void {
  const config = { access: member('telemetry:read') };
  server.get('/v1/devices/:id/energy', { config, schema }, async (request) => {
    const span = energySpan(request.query, clock.now());
    const device = await deviceBehind(peers, request, request.params.id);
    const tariff = tariffOf(await organizationBehind(peers, request, device.organizationId));
    const energy = await peers.telemetry.queryEnergy({
      deviceNumber: device.number,
      deviceNumbers: [],
      timeZone: device.timeZone,
      week: weekOf(tariff),
      ...span,
    });
    return toEnergy(energy, tariff);
  });
}
