// The first account of a stack: registered once, logged in at every start.
import { Fault } from '@mooring/runtime';

const CALL_LIMIT_MS = 10_000;

/** A token of the owner. Fault `unauthenticated` when the account exists with another password. */
export async function ownerToken(api: string, email: string, password: string): Promise<string> {
  const login = await post(`${api}/v1/auth/login`, { email, password });
  if (login.status === 200) return login.token;
  const registered = await post(`${api}/v1/auth/register`, { email, password, name: email.split('@')[0] });
  if (registered.status === 201) return registered.token;
  if (registered.status === 409)
    throw new Fault('unauthenticated', `The account ${email} exists here already, with another password`);
  throw new Fault('unavailable', `The account ${email} could not be made: ${registered.detail}`);
}

async function post(url: string, body: object): Promise<{ status: number; token: string; detail: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(CALL_LIMIT_MS),
  });
  const { token = '', detail = '' } = (await response.json()) as { token?: string; detail?: string };
  return { status: response.status, token, detail };
}
