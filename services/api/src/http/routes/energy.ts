// GET /v1/devices/{id}/energy: energy by hour, day or month of the organization, and what it costs.
import type { registry } from '@mooring/proto';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { costOf, type Tariff } from '../../domain/cost.js';
import { toTime } from '../../domain/time.js';
import { member } from '../access.js';
import { deviceBehind, unscoped } from '../device-of.js';
import type { Parts, Peers } from '../parts.js';
import { tariffOf } from '../schemas/account.js';
import { IdParams, Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';
import { rangeOf } from '../span.js';

const DAY_MS = 86_400_000;
/** How long the span is when only its granularity is said: a chart's worth of each. */
const spans = { hour: DAY_MS, day: 31 * DAY_MS, month: 366 * DAY_MS };

const Cost = Nullable(Type.Number({ description: 'In the currency of the tariff; null without one' }));

const schema = {
  tags: ['Telemetry'],
  summary: 'Shows energy and cost; up to now, and a day, a month or a year back, when no span is given',
  params: IdParams,
  querystring: Type.Object(
    {
      from: Type.Optional(Time),
      to: Type.Optional(Time),
      by: Type.Optional(Type.Union([Type.Literal('hour'), Type.Literal('day'), Type.Literal('month')])),
    },
    { additionalProperties: false },
  ),
  response: {
    200: Type.Object({
      items: Type.Array(Type.Object({ start: Time, end: Time, energy_wh: Type.Number(), cost: Cost })),
      total_wh: Type.Number(),
      cost: Cost,
      currency: Nullable(Type.String()),
    }),
  },
};

export function energyRoute(server: Server, { peers, clock }: Parts): void {
  const config = { access: member('telemetry:read') };
  server.get('/v1/devices/:id/energy', { config, schema }, async (request) => {
    const { by = 'day' } = request.query;
    const span = rangeOf(request.query, clock.now(), spans[by]);
    const device = await deviceBehind(peers, request, request.params.id);
    const { number: deviceNumber, timeZone } = device;
    const [energy, tariff] = await Promise.all([
      peers.telemetry.queryEnergy({ deviceNumber, ...span, by, timeZone }),
      tariffFor(peers, request, device),
    ]);
    return {
      items: energy.items.map(({ startMs, endMs, energyWh }) => ({
        start: toTime(startMs),
        end: toTime(endMs),
        energy_wh: energyWh,
        cost: costOf(energyWh, tariff),
      })),
      total_wh: energy.totalWh,
      cost: costOf(energy.totalWh, tariff),
      currency: tariff?.currency ?? null,
    };
  });
}

async function tariffFor(
  peers: Peers,
  request: FastifyRequest,
  device: registry.Device,
): Promise<Tariff | null> {
  const { organization } = await peers.registry.getOrganization({
    principal: unscoped(request),
    id: device.organizationId,
  });
  return organization === undefined ? null : tariffOf(organization);
}
