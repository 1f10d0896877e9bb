// What somebody's memberships allow, for services that know no people: organizations to look in, and least roles.
import { Fault } from '@mooring/runtime';
import type { FastifyRequest } from 'fastify';
import { principalOf, type Role, roles } from './access.js';

/** Every organization that whoever asks belongs to, or the one named. Fault `not_found` for one of others. */
export function organizationsOf(request: FastifyRequest, named?: string): readonly string[] {
  const mine = principalOf(request).memberships.map(({ organizationId }) => organizationId);
  if (named === undefined) return mine;
  if (!mine.includes(named)) throw new Fault('not_found', 'no such organization');
  return [named];
}

/** Of those organizations, the ones where whoever asks is at least an admin. Fault `forbidden` when there is none. */
export function administered(request: FastifyRequest, named?: string): readonly string[] {
  const able = organizationsOf(request, named).filter((id) => hasRole(request, id, 'admin'));
  if (able.length === 0) throw new Fault('forbidden', 'this needs the role admin');
  return able;
}

/** The organization that is named, or the first one of whoever asks. Faults `not_found` and `forbidden`. */
export function organizationFor(request: FastifyRequest, named: string | undefined, role: Role): string {
  const [id] = organizationsOf(request, named);
  if (id === undefined) throw new Fault('forbidden', 'you belong to no organization');
  requireRole(request, id, role);
  return id;
}

/** Fault `forbidden` when the role there does not suffice. Whose it is must have been found out before. */
export function requireRole(request: FastifyRequest, organizationId: string, needed: Role): void {
  if (!hasRole(request, organizationId, needed))
    throw new Fault('forbidden', `this needs the role ${needed}`);
}

function hasRole(request: FastifyRequest, organizationId: string, needed: Role): boolean {
  const mine = principalOf(request).memberships.find((each) => each.organizationId === organizationId);
  return rankOf(mine?.role) >= rankOf(needed);
}

/** Below every role for what is none. */
function rankOf(role: string | undefined): number {
  return (roles as readonly (string | undefined)[]).indexOf(role);
}

/** A key of repetition that nobody else's meets; empty for none. */
export function ownKey(request: FastifyRequest, key: string): string {
  const { userId, apiKeyId } = principalOf(request);
  return key === '' ? '' : `${userId || apiKeyId} ${key}`;
}
