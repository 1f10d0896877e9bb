// Who somebody is at this moment, for services whose connections are older than people's rights.
import { Fault } from '@mooring/runtime';
import type { Principal } from '../domain/principal.js';
import type { Context } from './context.js';
import { idOf } from './principal.js';

/** One of the two ids is empty. Fault `forbidden` for somebody who exists no longer. */
export async function standingOf(
  { store }: Pick<Context, 'store'>,
  userId: string,
  apiKeyId: string,
): Promise<Principal> {
  if (apiKeyId !== '') {
    const key = await store.apiKeys.standing({ id: idOf(apiKeyId, 'API key') });
    if (key === undefined) throw new Fault('forbidden', 'this key is not valid any more');
    const { organizationId, role, scopes } = key;
    return { apiKeyId, memberships: [{ organizationId, role }], scopes, platformOperator: false };
  }
  const person = await store.people.standing(idOf(userId, 'person'));
  if (person === undefined) throw new Fault('forbidden', 'this person is not known any more');
  return { userId, memberships: person.memberships, scopes: [], platformOperator: false };
}
