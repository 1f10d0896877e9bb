// Which messages a device understands, by the versions that it says when it joins.
import type { Json } from '../dialect.js';

/** The first version that knows each message (nerveshub.md, 3.1). */
const SINCE = {
  archive: [2, 0, 0],
  'scripts/run': [2, 1, 0],
  'extensions:get': [2, 2, 0],
} as const;

export type GatedEvent = keyof typeof SINCE;

const SEMVER = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** Of `device_api_version`. A missing or unreadable version is 1.0.0. */
export function understands(version: Json | undefined, event: GatedEvent): boolean {
  return atLeast(version, SINCE[event]);
}

/** False for a missing or unreadable version. A pre-release comes before its release. */
export function atLeast(version: Json | undefined, wanted: readonly [number, number, number]): boolean {
  const parts = typeof version === 'string' ? SEMVER.exec(version) : null;
  if (parts === null) return false;
  for (const [index, since] of wanted.entries()) {
    const own = Number(parts[index + 1]);
    if (own !== since) return own > since;
  }
  return parts[4] === undefined;
}
