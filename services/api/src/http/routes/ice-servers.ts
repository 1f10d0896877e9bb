// GET /v1/ice-servers: STUN and TURN servers for a viewer, with credentials of their own.
import { Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member, principalOf } from '../access.js';
import { deviceBehind } from '../device-of.js';
import type { Parts } from '../parts.js';
import { Id, Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const IceServer = Type.Object({
  urls: Type.Array(Type.String()),
  username: Type.Optional(Type.String()),
  credential: Type.Optional(Type.String()),
});

const schema = {
  tags: ['Watching'],
  summary: 'Shows ICE servers, as RTCPeerConnection takes them',
  querystring: Type.Object({ device: Type.Optional(Id) }, { additionalProperties: false }),
  response: {
    200: Type.Object({
      ice_servers: Type.Array(IceServer),
      expires_at: Nullable(Time),
    }),
  },
};

export function iceServerRoute(server: Server, { peers }: Parts): void {
  const config = { access: member('watch') };
  server.get('/v1/ice-servers', { config, schema }, async (request) => {
    const { device } = request.query;
    if (device !== undefined) await deviceBehind(peers, request, device);
    const { userId, apiKeyId } = principalOf(request);
    const reply = await peers.signaling.getIceServers({ userId: userId || apiKeyId });
    return {
      ice_servers: reply.iceServers.map(({ urls, username, credential }) => ({
        urls: [...urls],
        ...(username === '' ? {} : { username, credential }),
      })),
      expires_at: reply.expiresAtMs === 0 ? null : toTime(reply.expiresAtMs),
    };
  });
}
