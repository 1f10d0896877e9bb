// The extensions that the platform attaches, and which versions of them.
import type { Json } from '../dialect.js';
import { isObject, member } from './json.js';
import type { Payload } from './message.js';

/** In the order of the join's answer, which the reference sorts. */
export const EXTENSIONS = ['geo', 'health', 'local_shell', 'logging', 'network_identity'] as const;
export type Extension = (typeof EXTENSIONS)[number];

const VERSION = /^0\.0\.(\d{1,9})(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** Elixir's `~> 0.0.1`: from 0.0.1 up to, not including, 0.1.0; pre-releases of 0.0.1 come before it. */
export function isAllowedVersion(version: Json | undefined): boolean {
  const parts = typeof version === 'string' ? VERSION.exec(version) : null;
  if (parts === null) return false;
  const patch = Number(parts[1]);
  return patch > 1 || (patch === 1 && parts[2] === undefined);
}

/** The supported ones that the device offers in a version we allow; a version that is not text is passed over. */
export function agreeOn(offer: Payload): readonly Extension[] {
  return isObject(offer) ? EXTENSIONS.filter((name) => isAllowedVersion(member(offer, name))) : [];
}

export function isExtension(name: string): name is Extension {
  return EXTENSIONS.some((extension) => extension === name);
}
