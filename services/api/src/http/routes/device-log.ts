// GET /v1/devices/{id}/log: what a device told of itself in words, newest first.
import type { telemetry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member } from '../access.js';
import { deviceOf } from '../device-of.js';
import type { Parts } from '../parts.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { AnyObject, IdParams, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const Entry = Type.Object({
  id: Type.String(),
  time: Time,
  name: Type.String({ description: 'What happened, such as power_on' }),
  level: Type.String(),
  message: Type.String(),
  fields: AnyObject,
  epoch: Type.Integer(),
});

const schema = {
  tags: ['Devices'],
  summary: 'Lists the device log, newest first',
  params: IdParams,
  querystring: PageQuery({ name: Type.Optional(Type.String({ maxLength: 100 })) }),
  response: { 200: Page(Entry) },
};

export function deviceLogRoute(server: Server, { peers }: Parts): void {
  const config = { access: member('devices:read') };
  server.get('/v1/devices/:id/log', { config, schema }, async (request) => {
    const { number: deviceNumber } = await deviceOf(peers, request, request.params.id);
    const { name = '' } = request.query;
    const reply = await peers.telemetry.listLog({ deviceNumber, name, ...pageOf(request.query) });
    return pageFrom(reply, toEntry);
  });
}

function toEntry({
  id,
  timeMs,
  name,
  level,
  message,
  fieldsJson,
  epoch,
}: telemetry.LogEntry): Static<typeof Entry> {
  const fields = fieldsJson === '' ? {} : (JSON.parse(fieldsJson) as Record<string, unknown>);
  return { id, time: toTime(timeMs), name, level, message, fields, epoch: Number(epoch) };
}
