// Who asks, as the registry's own decisions see them.
import type { Role } from './role.js';
import type { Scope } from './scopes.js';

export interface Membership {
  readonly organizationId: string;
  readonly role: Role;
}

/** A person or an API key; exactly one of the two ids is set. */
export interface Principal {
  readonly userId?: string;
  readonly apiKeyId?: string;
  readonly memberships: readonly Membership[];
  /** Empty: everything that the role allows. */
  readonly scopes: readonly Scope[];
  readonly platformOperator: boolean;
}

/** The id under which what this principal does is recorded. */
export function actorOf(principal: Principal): string {
  return principal.userId ?? principal.apiKeyId ?? '';
}
