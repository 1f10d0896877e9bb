// GET /v1/devices/{id}/connections: when a device was there, and why it went, newest first.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { member, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { IdParams, Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const Connection = Type.Object({
  epoch: Type.Integer(),
  edge: Type.String(),
  remote_address: Type.String(),
  connected_at: Time,
  disconnected_at: Nullable(Time),
  reason: Nullable(Type.String()),
  duration_s: Nullable(Type.Number({ description: 'null while it lasts' })),
});

const schema = {
  tags: ['Devices'],
  summary: 'Lists connections, newest first',
  params: IdParams,
  querystring: PlainPage,
  response: { 200: Page(Connection) },
};

export function connectionRoute(server: Server, { peers }: Parts): void {
  const config = { access: member('devices:read') };
  server.get('/v1/devices/:id/connections', { config, schema }, async (request) => {
    const principal = principalOf(request);
    const deviceId = request.params.id;
    const page = pageOf(request.query);
    return pageFrom(await peers.registry.listConnections({ principal, deviceId, ...page }), toConnection);
  });
}

function toConnection(connection: registry.Connection): Static<typeof Connection> {
  const { connectedAtMs, disconnectedAtMs } = connection;
  return {
    epoch: Number(connection.epoch),
    edge: connection.edge,
    remote_address: connection.remoteAddress,
    connected_at: toTime(connectedAtMs),
    disconnected_at: toTimeOrNull(disconnectedAtMs),
    reason: connection.reason || null,
    duration_s: disconnectedAtMs === undefined ? null : Math.max(0, disconnectedAtMs - connectedAtMs) / 1000,
  };
}
