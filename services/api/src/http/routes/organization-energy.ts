// GET /v1/organizations/{id}/energy: what all devices of an organization used together and each, and what it costs.
import { Type } from 'typebox';
import { costOf } from '../../domain/cost.js';
import { weekOf } from '../../domain/tariff.js';
import { member } from '../access.js';
import { devicesOf, organizationBehind } from '../organization-of.js';
import type { Parts } from '../parts.js';
import { tariffOf } from '../schemas/account.js';
import { EnergyOfDevices, energyQuery, energySpan, toEnergy } from '../schemas/energy.js';
import { IdParams, Tag } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const schema = {
  tags: ['Telemetry'],
  summary: 'Shows energy and cost of all devices, or of those with a tag; needs the scope devices:read too',
  params: IdParams,
  querystring: Type.Object({ ...energyQuery, tag: Type.Optional(Tag) }, { additionalProperties: false }),
  response: { 200: EnergyOfDevices },
};

/** A year of quarter hours of many devices takes seconds. */
const TIMEOUT_MS = 25_000;

export function organizationEnergyRoute(server: Server, { peers, clock }: Parts): void {
  const config = { access: member('telemetry:read') };
  server.get('/v1/organizations/:id/energy', { config, schema }, async (request) => {
    const { tag = '' } = request.query;
    const span = energySpan(request.query, clock.now());
    const organization = await organizationBehind(peers, request, request.params.id);
    const tariff = tariffOf(organization);
    const devices = new Map(
      (await devicesOf(peers, request, organization.id, tag)).map((device) => [device.number, device]),
    );
    // Number 0 is no device: without any, nothing is found.
    const asked = {
      deviceNumber: 0n,
      deviceNumbers: [...devices.keys()],
      timeZone: organization.timeZone,
      week: weekOf(tariff),
      ...span,
    };
    const energy = await peers.telemetry.queryEnergy(asked, { timeoutMs: TIMEOUT_MS });
    return {
      ...toEnergy(energy, tariff),
      devices: energy.devices.map((each) => ({
        device_id: devices.get(each.deviceNumber)?.id ?? '',
        name: devices.get(each.deviceNumber)?.name ?? '',
        energy_wh: each.energyWh,
        cost: costOf(each, tariff),
      })),
    };
  });
}
