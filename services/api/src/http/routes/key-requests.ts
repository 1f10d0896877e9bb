// /v1/devices/{id}/key-requests: bridges through which a claimed printer asks for its key, and what its owner says.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member, present, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Id, IdParams, Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Claims'];

const KeyRequest = Type.Object({
  id: Id,
  device_id: Id,
  bridge_identifier: Type.String({ description: 'How the bridge names itself' }),
  bridge_id: Nullable(Id),
  state: Type.String({ description: 'waiting for a decision, allowed or denied' }),
  first_at: Time,
  last_at: Time,
  count: Type.Integer(),
});

const list = {
  tags,
  summary: 'Lists the bridges through which a printer asked for its key',
  params: IdParams,
  response: { 200: Type.Object({ items: Type.Array(KeyRequest) }) },
};
const decide = (summary: string) => ({
  tags,
  summary,
  params: Type.Object({ id: Id, request_id: Id }),
  response: { 200: KeyRequest },
});

export function keyRequestRoutes(server: Server, { peers }: Parts): void {
  const path = '/v1/devices/:id/key-requests';
  const read = { access: member('devices:read') };
  const write = { access: member('devices:write', 'operator') };

  server.get(path, { config: read, schema: list }, async (request) => {
    const principal = principalOf(request);
    const { items } = await peers.claims.listKeyRequests({ principal, deviceId: request.params.id });
    return { items: items.map(toKeyRequest) };
  });

  const decisions = [
    { verb: 'allow', allow: true, summary: 'Lets a printer join through that bridge: it gets its key there' },
    { verb: 'deny', allow: false, summary: 'Keeps a printer from joining through that bridge' },
  ];
  for (const { verb, allow, summary } of decisions) {
    const schema = decide(summary);
    server.post(`${path}/:request_id/${verb}`, { config: write, schema }, async (request) => {
      const { id: deviceId, request_id: id } = request.params;
      const principal = principalOf(request);
      const { keyRequest } = await peers.claims.decideKeyRequest({ principal, deviceId, id, allow });
      return toKeyRequest(present(keyRequest, 'key request'));
    });
  }
}

function toKeyRequest(request: registry.DeviceKeyRequest): Static<typeof KeyRequest> {
  return {
    id: request.id,
    device_id: request.deviceId,
    bridge_identifier: request.bridgeIdentifier,
    bridge_id: request.bridgeId || null,
    state: request.state,
    first_at: toTime(request.firstAtMs),
    last_at: toTime(request.lastAtMs),
    count: request.count,
  };
}
