// Programs of Debian packages for tests: the installed one, else one that is fetched into the checkout.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '@mooring/runtime';

const SCRIPT = fileURLToPath(new URL('../bin/fetch-package.sh', import.meta.url));
/** Shared by every test of this checkout. */
const PROGRAMS = fileURLToPath(new URL('../../../.mooring/', import.meta.url));

export interface DebianPackage {
  readonly name: string;
  /** Paths of its programs, relative to the root of the file system. */
  readonly programs: readonly string[];
}

/**
 * Path of a program, found in one of `places` or fetched with its package, without root. Fault `unavailable` where it is
 * not there and cannot be fetched, as on systems without apt-get.
 */
export function debianProgram(source: DebianPackage, places: readonly string[], program: string): string {
  const folder = path.join(PROGRAMS, source.name);
  const find = (): string | undefined =>
    [...places, path.join(folder, path.basename(program))].find(isExecutable);
  const found = find();
  if (found !== undefined) return found;
  const fetching = spawnSync('sh', [SCRIPT, folder, source.name, ...source.programs], { encoding: 'utf8' });
  const fetched = find();
  if (fetching.status === 0 && fetched !== undefined) return fetched;
  const why = fetching.stderr?.trim().split('\n').at(-1) ?? 'there is no shell';
  throw new Fault(
    'unavailable',
    `${path.basename(program)} is not installed and could not be fetched (${why}). Type: apt-get install ${source.name}`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
