// Stands in front of every route: who asks, how often, and whether their scopes allow it. Roles are the registry's.
import type { registry } from '@mooring/proto';
import { Fault, isFault } from '@mooring/runtime';
import type { FastifyRequest } from 'fastify';
import { allows } from '../domain/scope.js';
import { TokenBuckets } from '../domain/token-bucket.js';
import { requestLimited } from '../events.js';
import type { Access } from './access.js';
import type { Parts } from './parts.js';
import { TooMany } from './problem.js';
import type { Server } from './server.js';
import type { HttpSettings } from './settings.js';

// Enough for everybody who is active at once, and a few megabytes.
const MAX_KEYS = 20_000;
// Longer is no token of ours.
const MAX_TOKEN = 4096;

/** Refuses routes without a declared access, and requests that a route's access does not let in. */
export function guard(server: Server, settings: HttpSettings, parts: Parts): void {
  const { rate, attempts } = settings;
  const requests = new TokenBuckets({ ratePerS: rate.perS, burst: rate.burst, maxKeys: MAX_KEYS });
  const entries = new TokenBuckets({ ratePerS: attempts.perS, burst: attempts.burst, maxKeys: MAX_KEYS });
  const spend = (buckets: TokenBuckets, key: string): void => pass(buckets.take(key, parts.clock.now()));

  server.decorateRequest('principal', null);
  server.addHook('onRequest', async (request) => {
    const access = request.is404 ? undefined : request.routeOptions.config.access;
    if (access === undefined || access.who === 'public') {
      return spend(access?.attempt ? entries : requests, request.ip);
    }
    // Whoever guesses tokens is stopped before the registry is asked again.
    pass(requests.peek(request.ip, parts.clock.now()));
    try {
      request.principal = await authenticate(parts, tokenOf(request, access));
    } catch (error) {
      if (isFault(error, 'unauthenticated')) spend(requests, request.ip);
      throw error;
    }
    spend(requests, request.principal.userId || request.principal.apiKeyId);
    admit(request, access);
  });
}

function pass(waitMs: number): void {
  if (waitMs === 0) return;
  requestLimited();
  throw new TooMany(waitMs);
}

function admit(request: FastifyRequest, access: Access): void {
  const { principal } = request;
  if (principal === null) throw new Fault('unauthenticated', 'a token is needed');
  if (access.who === 'platform' && !principal.platformOperator) {
    throw new Fault('forbidden', 'only operators of the platform may do this');
  }
  if (access.scope !== undefined && !allows(principal.scopes, access.scope)) {
    throw new Fault('forbidden', `the scope ${access.scope} is needed`);
  }
}

/** The bearer token of a request. Fault `unauthenticated` when there is none. */
export function tokenOf(request: FastifyRequest, access: Access): string {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
  const { access_token: query } = request.query as Record<string, unknown>;
  const token = bearer ?? (access.queryToken && typeof query === 'string' ? query : undefined);
  if (token === undefined || token === '') throw new Fault('unauthenticated', 'a bearer token is needed');
  if (token.length > MAX_TOKEN) throw new Fault('unauthenticated', 'the token is not valid');
  return token;
}

/** Who a token stands for. Fault `unauthenticated` when it stands for nobody. */
export async function authenticate(parts: Pick<Parts, 'peers'>, token: string): Promise<registry.Principal> {
  const { principal } = await parts.peers.registry.authenticate({ token });
  if (principal === undefined) throw new Fault('unauthenticated', 'the token is not valid');
  return principal;
}
