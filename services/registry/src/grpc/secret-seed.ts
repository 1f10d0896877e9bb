// What a new secret is derived from: the request, when it may be repeated, else chance.
import { randomBytes } from 'node:crypto';

/** The same for a repeated request, so that it is shown the same secret; another one at every call without a key. */
export function secretSeed(
  once: { readonly actor: string; readonly key: string },
  id: string,
): readonly string[] {
  return once.key === '' ? [randomBytes(32).toString('base64url')] : [once.actor, once.key, id];
}
