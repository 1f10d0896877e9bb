// Says who a bearer token or an API key stands for, with memberships as they are now.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { SecretKind } from '../domain/secret.js';
import type { Context } from './context.js';

/** No token of ours is longer; the bound keeps others from being parsed. */
const MAX_TOKEN = 4_096;

export function authenticate(context: Context): registry.RegistryServer['authenticate'] {
  return unary(async ({ token }) => {
    if (token.length > MAX_TOKEN) throw unknownToken();
    const isKey = token.startsWith(SecretKind.apiKey);
    const principal = isKey ? await ofKey(context, token) : await ofPerson(context, token);
    if (principal === undefined) throw unknownToken();
    return { principal };
  });
}

async function ofKey({ store }: Context, secret: string): Promise<registry.Principal | undefined> {
  const key = await store.apiKeys.standing({ secret });
  if (key === undefined) return undefined;
  const { id: apiKeyId, organizationId, role, scopes } = key;
  return { userId: '', apiKeyId, memberships: [{ organizationId, role }], scopes, platformOperator: false };
}

async function ofPerson(context: Context, token: string): Promise<registry.Principal | undefined> {
  const { store, tokens, operators } = context;
  const userId = await tokens.subject(token);
  const person = userId === undefined ? undefined : await store.people.standing(userId);
  if (userId === undefined || person === undefined) return undefined;
  const platformOperator = operators.has(person.email);
  return { userId, apiKeyId: '', memberships: person.memberships, scopes: [], platformOperator };
}

function unknownToken(): Fault {
  return new Fault('unauthenticated', 'this token is not valid, or no longer');
}
