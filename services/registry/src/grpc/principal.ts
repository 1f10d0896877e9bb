// Reads from requests who asks, what about, and whether again.

import type { registry } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import { unknown } from '../domain/authorize.js';
import { keyPattern } from '../domain/page.js';
import { actorOf, type Principal } from '../domain/principal.js';
import { isRole } from '../domain/role.js';
import { isScope } from '../domain/scopes.js';
import type { Once } from '../store/idempotency.js';

/** Fault `unauthenticated` when the request says of nobody that they ask. */
export function principalOf(message: registry.Principal | undefined): Principal {
  if (message === undefined || (message.userId === '') === (message.apiKeyId === '')) {
    throw new Fault('unauthenticated', 'nobody asks');
  }
  const { userId, apiKeyId, platformOperator } = message;
  return {
    ...(userId === '' ? {} : { userId }),
    ...(apiKeyId === '' ? {} : { apiKeyId }),
    memberships: message.memberships.flatMap(({ organizationId, role }) =>
      isRole(role) ? [{ organizationId, role }] : [],
    ),
    // A scope that this version does not know still confines: it must not widen into no scopes at all.
    scopes: confined(message.scopes),
    platformOperator,
  };
}

function confined(scopes: readonly string[]): Principal['scopes'] {
  const known = scopes.filter(isScope);
  if (known.length === 0 && scopes.length > 0)
    throw new Fault('forbidden', 'this key has no scope that is known');
  return known;
}

/** The id if it can be one; the fault for one that does not exist if it cannot. */
export function idOf(value: string, what: string): string {
  const id = value.toLowerCase();
  if (!keyPattern.uuid.test(id)) throw unknown(what);
  return id;
}

/** The organization that is named, or the first one of whoever asks. Fault `forbidden` when there is none. */
export function organizationOf(principal: Principal, named: string): string {
  if (named !== '') return idOf(named, 'organization');
  const [first] = principal.memberships;
  if (first === undefined) throw new Fault('forbidden', 'you belong to no organization');
  return first.organizationId;
}

/** A request that makes something, as it is recognised when it comes again. Fault `invalid` for a key longer than 255. */
export function onceOf(principal: Principal, key: string, method: string, request: object): Once {
  return onceBy(actorOf(principal), key, method, request);
}

/** The same for whoever is named by `actor`. */
export function onceBy(actor: string, key: string, method: string, request: object): Once {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the store holds no NUL, and the rest is no key.
  if (key.length > 255 || /[\u0000-\u001f]/.test(key)) {
    const details = [{ field: 'idempotency_key', message: 'must have at most 255 printable characters' }];
    throw new Fault('invalid', 'the idempotency key is malformed', { details });
  }
  return { actor, key, request: { method, ...request } };
}
