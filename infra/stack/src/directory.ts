// The directory of one stack: its lock, its secrets, its stack.json, and what a killed predecessor left running.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Fault, sleep } from '@mooring/runtime';
import { isReachable, unprivilegedAccount } from './account.js';

/** Kept for as long as the directory. */
export interface Secrets {
  readonly registry: string;
  readonly telemetry: string;
  readonly firmware: string;
  readonly postgres: string;
  readonly ownerPassword: string;
}

/** Published shape: see the stack's documentation. */
export interface StackFile {
  readonly edges: readonly string[];
  readonly api: string;
  readonly firmware: string;
  readonly nats: string;
  readonly postgres: string;
  /** Where /livez, /readyz and /metrics of each service are. */
  readonly health: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
  readonly owner: { readonly email: string; readonly token: string };
}

const PRIVATE = 0o600;
const GONE_LIMIT_MS = 10_000;

export class StackDirectory {
  readonly path: string;
  readonly ephemeral: boolean;
  #locked = false;

  /** A fresh temporary one when no path is given. */
  constructor(given: string | undefined) {
    this.ephemeral = given === undefined;
    this.path = given === undefined ? mkdtempSync(path.join(tmpdir(), 'mooring-')) : path.resolve(given);
    mkdirSync(this.logs, { recursive: true });
  }

  get logs(): string {
    return path.join(this.path, 'logs');
  }

  get nats(): string {
    return path.join(this.path, 'nats');
  }

  /** Elsewhere when the account that Postgres runs under could not reach it here. */
  get postgres(): string {
    const own = path.join(this.path, 'postgres');
    if (unprivilegedAccount().uid === undefined || isReachable(own)) return own;
    return path.join('/var/lib/mooring', Buffer.from(this.path).toString('base64url'));
  }

  /** Fault `conflict` when another stack runs here. Ends what a killed one left. */
  async lock(): Promise<void> {
    const file = path.join(this.path, 'stack.lock');
    const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (holder !== process.pid && isOurs(holder, 'infra/stack', 'vitest', 'bench'))
      throw new Fault(
        'conflict',
        `A stack already runs on ${this.path} (process ${holder}). Stop it, or give another --data`,
      );
    await this.#endLeftovers();
    writeFileSync(file, String(process.pid));
    this.#locked = true;
  }

  async #endLeftovers(): Promise<void> {
    const { pids = {} } = this.read() ?? {};
    const left = Object.entries(pids).filter(([name, pid]) => name !== 'supervisor' && isOurs(pid, ...MARKS));
    for (const [, pid] of left) process.kill(pid, 'SIGTERM');
    const limit = Date.now() + GONE_LIMIT_MS;
    for (const [, pid] of left) {
      while (isOurs(pid, ...MARKS)) {
        if (Date.now() > limit) process.kill(pid, 'SIGKILL');
        await sleep(50);
      }
    }
  }

  /** Made once; what a directory of an earlier version has not got is added. */
  secrets(): Secrets {
    const file = path.join(this.path, 'secrets.json');
    const kept: Partial<Secrets> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    const random = (bytes: number, encoding: 'base64' | 'base64url') => randomBytes(bytes).toString(encoding);
    const all: Secrets = {
      registry: random(32, 'base64'),
      telemetry: random(32, 'base64'),
      firmware: random(32, 'base64'),
      postgres: random(24, 'base64url'),
      ownerPassword: random(12, 'base64url'),
      ...kept,
    };
    const text = `${JSON.stringify(all, null, 2)}\n`;
    if (Object.keys(kept).length < Object.keys(all).length) replace(file, text);
    return all;
  }

  read(): Partial<StackFile> | undefined {
    const file = path.join(this.path, 'stack.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  }

  /** Replaced as a whole, so that a reader never sees half of it. Holds the owner's token: for the owner's eyes only. */
  write(content: StackFile): void {
    replace(path.join(this.path, 'stack.json'), `${JSON.stringify(content, null, 2)}\n`);
  }

  /** Frees the directory; an ephemeral one is removed. */
  release(): void {
    if (!this.#locked) return;
    this.#locked = false;
    if (this.ephemeral) {
      const { postgres } = this;
      rmSync(this.path, { recursive: true, force: true });
      rmSync(postgres, { recursive: true, force: true });
      return;
    }
    for (const name of ['stack.json', 'stack.lock']) rmSync(path.join(this.path, name), { force: true });
  }
}

/** Readable to the owner alone. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: PRIVATE });
  renameSync(`${file}.new`, file);
}

/** What the command line of a process that we started contains. */
const MARKS = ['@mooring/runtime/telemetry', 'nats.conf', 'bin/postgres'];

/** Whether the pid is a live process with one of these in its command line: pids are used again by strangers. */
function isOurs(pid: number, ...marks: readonly string[]): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return marks.some((mark) => line.includes(mark));
  } catch {
    return false;
  }
}
