// Exchanges an e-mail address and a password for a token.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { normalizeEmail } from '../domain/account.js';
import { events } from '../events.js';
import type { Account } from '../store/people.js';
import type { Context } from './context.js';
import { organizationMessage, userMessage } from './message.js';

export function login(context: Context): registry.RegistryServer['login'] {
  const { store, passwords } = context;
  return unary(async (request) => {
    // Longer ones belong to nobody; shortened, they still take as long and count as attempts.
    const email = normalizeEmail(request.email.slice(0, 320)).replaceAll('\0', '');
    const password = request.password.slice(0, 257);
    if (!(await store.loginAttempts.allow(email, request.remoteAddress))) {
      events.login('limited');
      throw new Fault('exhausted', 'too many attempts; try again in a quarter of an hour');
    }
    const found = await store.people.credentials(email);
    const right = await passwords.matches(password, found?.passwordHash);
    const account = right && found !== undefined ? await store.people.account(found.id) : undefined;
    if (account === undefined) {
      events.login('wrong');
      throw new Fault('unauthenticated', 'the e-mail address or the password is wrong');
    }
    events.login('ok');
    await store.loginAttempts.forget(email, request.remoteAddress);
    return signedIn(context, account);
  });
}

/** The answer to somebody who has just proved who they are: a token, and the organization they have been in longest. */
export async function signedIn({ tokens }: Context, account: Account): Promise<registry.LoginResponse> {
  const [first] = account.belongings;
  return {
    token: await tokens.issue(account.user.id),
    user: userMessage(account.user),
    organization: first === undefined ? undefined : organizationMessage(first.organization, first.role),
  };
}
