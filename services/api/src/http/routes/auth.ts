// POST /v1/auth/register and /v1/auth/login: from an e-mail address and a password to a token.
import { Type } from 'typebox';
import type { Access } from '../access.js';
import type { Parts } from '../parts.js';
import { Email, Session, toSession } from '../schemas/account.js';
import { Name } from '../schemas/shapes.js';
import type { Server } from '../server.js';

// What a password must have is the registry's to say; this bounds what it has to look at.
const Password = Type.String({ minLength: 1, maxLength: 1024 });
const access: Access = { who: 'public', attempt: true };

const register = {
  tags: ['People'],
  summary: 'Opens an account with an organization of its own',
  body: Type.Object(
    { email: Email, password: Password, name: Type.Optional(Name) },
    { additionalProperties: false },
  ),
  response: { 201: Session },
};

const login = {
  tags: ['People'],
  summary: 'Signs in',
  body: Type.Object({ email: Email, password: Password }, { additionalProperties: false }),
  response: { 200: Session },
};

export function authRoutes(server: Server, { peers }: Parts): void {
  server.post('/v1/auth/register', { config: { access }, schema: register }, async (request, reply) => {
    const { email, password, name = '' } = request.body;
    const session = await peers.registry.registerAccount({ email, password, name });
    return reply.code(201).send(toSession(session));
  });

  server.post('/v1/auth/login', { config: { access }, schema: login }, async (request) => {
    const { email, password } = request.body;
    return toSession(await peers.registry.login({ email, password, remoteAddress: request.ip }));
  });
}
