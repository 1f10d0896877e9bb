// Decides what a device is told when it has joined, by the version of its API (nerveshub.md 3.1 and 3.2).
import { compareVersions, parseVersion } from './version.js';

const since = { archive: '2.0.0', connectingCode: '2.1.0' } as const;
export type Gate = keyof typeof since;

/** Whether a device of that API version understands it; a version that is missing or cannot be read is 1.0.0. */
export function understands(apiVersion: string, what: Gate): boolean {
  const version = parseVersion(apiVersion) ?? parseVersion('1.0.0');
  const least = parseVersion(since[what]);
  return version !== undefined && least !== undefined && compareVersions(version, least) >= 0;
}
