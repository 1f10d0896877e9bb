// API keys: listed, made, withdrawn.
import type { registry } from '@mooring/proto';
import { Fault, systemClock, unary } from '@mooring/runtime';
import { checkExpiry, checkRole, checkScopes } from '../domain/account.js';
import { authorize, authorizedIn, permission, unknown } from '../domain/authorize.js';
import { Problems } from '../domain/fields.js';
import { page, paged } from '../domain/page.js';
import { actorOf, type Principal } from '../domain/principal.js';
import { includesRole, type Role } from '../domain/role.js';
import type { Scope } from '../domain/scopes.js';
import { makeSecret, SecretKind } from '../domain/secret.js';
import type { Context } from './context.js';
import { apiKeyMessage } from './message.js';
import { idOf, onceOf, organizationOf, principalOf } from './principal.js';
import { secretSeed } from './secret-seed.js';

export function listApiKeys({ store }: Context): registry.RegistryServer['listApiKeys'] {
  return unary(async ({ principal, limit, cursor }) => {
    const organizationIds = authorizedIn(principalOf(principal), permission.manageAccounts);
    const asked = page(limit, cursor);
    const found = await store.apiKeys.list(organizationIds, asked);
    const { items, nextCursor } = paged(found, asked.limit, ({ id }) => id);
    return { items: items.map(apiKeyMessage), nextCursor };
  });
}

export function createApiKey({ store, secret: masterKey }: Context): registry.RegistryServer['createApiKey'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizationId = organizationOf(principal, request.organizationId);
    const own = authorize(principal, organizationId, permission.manageAccounts, 'organization');
    const problems = new Problems();
    const name = problems.name('name', request.name);
    const role = checkRole(problems, request.role === '' ? 'viewer' : request.role);
    const scopes = checkScopes(problems, request.scopes);
    const expiresAt = checkExpiry(problems, request.expiresAtMs, systemClock.now());
    problems.check();
    mayGive(principal, own, role, scopes);
    const made = { organizationId, name, role, scopes, expiresAt };
    const once = onceOf(principal, request.idempotencyKey, 'CreateApiKey', made);
    const secretFor = (id: string): string => makeSecret(SecretKind.apiKey, masterKey, secretSeed(once, id));
    const { apiKey, secret } = await store.apiKeys.create(made, principal, secretFor, once);
    return { apiKey: apiKeyMessage(apiKey), secret };
  });
}

export function deleteApiKey({ store, rightsChanged }: Context): registry.RegistryServer['deleteApiKey'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const key = await store.apiKeys.get(idOf(request.id, 'API key'));
    authorize(principal, key?.organizationId, permission.manageAccounts, 'API key');
    if (key === undefined) throw unknown('API key');
    await store.apiKeys.remove(key, actorOf(principal));
    rightsChanged();
    return {};
  });
}

/** Nobody gives away more than they have: neither a higher role nor, as a key with scopes, another scope. */
function mayGive(principal: Principal, own: Role, role: Role, scopes: readonly Scope[]): void {
  if (!includesRole(own, role)) throw new Fault('forbidden', `a key's role cannot exceed your own, ${own}`);
  if (principal.scopes.length === 0) return;
  if (scopes.length === 0 || scopes.some((scope) => !principal.scopes.includes(scope))) {
    throw new Fault('forbidden', "a key's scopes cannot exceed those of the key that makes it");
  }
}
