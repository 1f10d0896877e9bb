// GET /v1/ice-servers: STUN and TURN servers for a viewer, with credentials of their own.
import { Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Nullable, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const IceServer = Type.Object({
  urls: Type.Array(Type.String()),
  username: Type.Optional(Type.String()),
  credential: Type.Optional(Type.String()),
});

const schema = {
  tags: ['Watching'],
  summary: 'Shows ICE servers, as RTCPeerConnection takes them',
  querystring: Type.Object(
    {
      device: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 128,
          description:
            'A camera that is to be watched, by its id or its own name; refused to whoever may not',
        }),
      ),
    },
    { additionalProperties: false },
  ),
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
    const { userId, apiKeyId } = principalOf(request);
    // The registry asks for all that watching itself asks for.
    if (device !== undefined) await peers.registry.findCamera({ userId, apiKeyId, name: device });
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
