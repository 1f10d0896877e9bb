// Decides whether somebody may do something in an organization; the only place that does.
import { Fault } from '@mooring/runtime';
import type { Principal } from './principal.js';
import { includesRole, Role } from './role.js';
import { Scope } from './scopes.js';

/** What an action asks of whoever does it. */
export interface Permission {
  readonly role: Role;
  readonly scope: Scope;
}

/** Every action that is guarded. */
export const permission = {
  readDevices: { role: Role.viewer, scope: Scope.devicesRead },
  writeDevices: { role: Role.operator, scope: Scope.devicesWrite },
  commandDevices: { role: Role.operator, scope: Scope.devicesWrite },
  /** Frames that no dialect interprets. */
  sendRaw: { role: Role.operator, scope: Scope.devicesRaw },
  watchDevices: { role: Role.viewer, scope: Scope.watch },
  /** A prompt on a device. */
  openConsoles: { role: Role.operator, scope: Scope.console },
  deleteDevices: { role: Role.admin, scope: Scope.devicesWrite },
  /** CAs, which let devices in. */
  readAuthorities: { role: Role.admin, scope: Scope.devicesRead },
  manageAuthorities: { role: Role.admin, scope: Scope.devicesWrite },
  readAccounts: { role: Role.viewer, scope: Scope.accountsRead },
  manageAccounts: { role: Role.admin, scope: Scope.accountsWrite },
  manageOwners: { role: Role.owner, scope: Scope.accountsWrite },
  readAudit: { role: Role.admin, scope: Scope.auditRead },
} as const satisfies Record<string, Permission>;

/**
 * The role with which the principal may do it. Fault `not_found` for whoever is no member, in the words that an id
 * that does not exist gets, so that ids of other organizations cannot be told apart from free ones; fault `forbidden`
 * for a member whose role or scopes do not suffice.
 */
export function authorize(
  principal: Principal,
  organizationId: string | undefined,
  needed: Permission,
  what: string,
): Role {
  const membership = principal.memberships.find((each) => each.organizationId === organizationId);
  if (organizationId === undefined || membership === undefined) throw unknown(what);
  if (!includesRole(membership.role, needed.role)) {
    throw new Fault('forbidden', `this needs the role ${needed.role}`);
  }
  requireScope(principal, needed.scope);
  return membership.role;
}

/** The organizations in which the principal may do it. Fault `forbidden` when there is none, or for lack of the scope. */
export function authorizedIn(principal: Principal, needed: Permission): readonly string[] {
  requireScope(principal, needed.scope);
  const able = principal.memberships.filter((each) => includesRole(each.role, needed.role));
  if (able.length === 0) throw new Fault('forbidden', `this needs the role ${needed.role}`);
  return able.map((each) => each.organizationId);
}

/** The fault for an id that does not exist, or that the asking principal may not know of. */
export function unknown(what: string): Fault {
  return new Fault('not_found', `no such ${what}`);
}

function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.length > 0 && !principal.scopes.includes(scope)) {
    throw new Fault('forbidden', `this key lacks the scope ${scope}`);
  }
}
