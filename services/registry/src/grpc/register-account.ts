// Makes an account with an organization of its own.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { checkEmail, checkPassword } from '../domain/account.js';
import { Problems } from '../domain/fields.js';
import type { Context } from './context.js';
import { signedIn } from './login.js';

export function registerAccount(context: Context): registry.RegistryServer['registerAccount'] {
  const { store, passwords, openSignup } = context;
  return unary(async (request) => {
    const problems = new Problems();
    const email = checkEmail(problems, request.email);
    const name = problems.name('name', request.name);
    checkPassword(problems, request.password);
    problems.check();
    const passwordHash = await passwords.hash(request.password);
    const organizationName = name === '' ? email.slice(0, email.indexOf('@')) : name;
    const account = await store.people.register({ email, name, passwordHash, organizationName }, openSignup);
    return signedIn(context, account);
  });
}
