// The unprivileged account that Postgres runs under when everything else runs as root, and what that account can reach.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '@mooring/runtime';

/** Empty when this process is not root: then everything runs as who started it. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Fault(
    'unavailable',
    'Postgres does not run as root and there is no account postgres or nobody. Type: adduser --system postgres',
  );
}

/** Whether everyone may pass through all directories above `file`. */
export function isReachable(file: string): boolean {
  for (let directory = path.dirname(file); ; directory = path.dirname(directory)) {
    const OTHERS_EXECUTE = 0o001;
    if ((statSync(directory).mode & OTHERS_EXECUTE) === 0) return false;
    if (directory === path.dirname(directory)) return true;
  }
}
