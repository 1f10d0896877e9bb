// What a route demands of whoever calls it. Every route declares it; one that does not cannot be registered.
import type { registry } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import type { FastifyRequest } from 'fastify';
import type { Scope } from '../domain/scope.js';

/** Least role in the organization that a route touches. Listed from least to most. */
export const roles = ['viewer', 'operator', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** `public` asks for nothing, `principal` for somebody known, `platform` for a platform operator. */
export interface Access {
  readonly who: 'public' | 'principal' | 'platform';
  /** Checked here, against the scopes of the token or key. */
  readonly scope?: Scope;
  /** Checked by the registry, which knows whose the thing is; absent where any member, or anyone known, may. */
  readonly role?: Role;
  /** The token may come as `?access_token=`, because an EventSource cannot set headers. */
  readonly queryToken?: boolean;
  /** Counts against the tighter limit of attempts to get in. */
  readonly attempt?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Who asks; null on public routes. */
    principal: registry.Principal | null;
  }
}

export const open: Access = { who: 'public' };

/** Somebody known, with the scope, and with at least the role in the organization concerned. */
export function member(scope: Scope, role: Role = 'viewer'): Access {
  return { who: 'principal', scope, role };
}

/** Who asks. Throws a TypeError on a public route, where nobody was asked. */
export function principalOf(request: FastifyRequest): registry.Principal {
  if (request.principal === null) throw new TypeError(`nobody was authenticated on ${request.url}`);
  return request.principal;
}

/** What an answer was to hold. Fault `internal` when a service left it out. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Fault('internal', `the answer has no ${what}`);
  return value;
}
