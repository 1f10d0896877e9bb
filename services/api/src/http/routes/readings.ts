// GET /v1/devices/{id}/readings and …/latest: what a device measured.
import { Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member } from '../access.js';
import { deviceBehind } from '../device-of.js';
import type { Parts } from '../parts.js';
import { IdParams, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';
import { rangeOf } from '../span.js';

const DAY_MS = 86_400_000;
const tags = ['Telemetry'];
const Metric = Type.String({
  pattern: '^[a-z0-9_]{1,64}$',
  description: 'Such as power_w; the unit is in the name',
});

const query = {
  tags,
  summary: 'Shows readings of one metric, raw or rolled up; the last day when no span is given',
  params: IdParams,
  querystring: Type.Object(
    {
      metric: Metric,
      from: Type.Optional(Time),
      to: Type.Optional(Time),
      step: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 86_400,
          description: 'Seconds: 0 (raw), 60, 900, 3600 or 86400',
        }),
      ),
      agg: Type.Optional(
        Type.Union(['mean', 'min', 'max', 'sum', 'count', 'last'].map((name) => Type.Literal(name))),
      ),
    },
    { additionalProperties: false },
  ),
  response: {
    200: Type.Object({
      metric: Type.String(),
      unit: Type.String(),
      step_s: Type.Integer({ description: '0 for raw' }),
      points: Type.Array(Type.Tuple([Time, Type.Number()])),
      truncated: Type.Boolean({ description: 'There is more; ask again from the last time' }),
    }),
  },
};
const latest = {
  tags,
  summary: 'Shows the newest reading of each metric',
  params: IdParams,
  response: {
    200: Type.Object({
      items: Type.Array(
        Type.Object({ metric: Type.String(), unit: Type.String(), time: Time, value: Type.Number() }),
      ),
    }),
  },
};

export function readingRoutes(server: Server, { peers, clock }: Parts): void {
  const config = { access: member('telemetry:read') };

  server.get('/v1/devices/:id/readings', { config, schema: query }, async (request) => {
    const { metric, step: stepS, agg = '' } = request.query;
    const span = rangeOf(request.query, clock.now(), DAY_MS);
    const { number: deviceNumber, timeZone } = await deviceBehind(peers, request, request.params.id);
    const reply = await peers.telemetry.queryReadings({
      deviceNumber,
      metric,
      ...span,
      stepS,
      agg,
      timeZone,
    });
    return {
      metric: reply.metric,
      unit: reply.unit,
      step_s: reply.stepS,
      points: reply.timeMs.map((timeMs, index): [string, number] => [
        toTime(timeMs),
        reply.value[index] ?? 0,
      ]),
      truncated: reply.truncated,
    };
  });

  server.get('/v1/devices/:id/readings/latest', { config, schema: latest }, async (request) => {
    const { number: deviceNumber } = await deviceBehind(peers, request, request.params.id);
    const { items } = await peers.telemetry.latestReadings({ deviceNumber });
    return {
      items: items.map(({ metric, unit, timeMs, value }) => ({ metric, unit, time: toTime(timeMs), value })),
    };
  });
}
