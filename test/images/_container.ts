// A process started from an image as its pod would start it: user, read-only files, command, signals; on this machine's
// loopback in place of a network of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deadline } from '@mooring/runtime';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import type { Image } from './_image.js';

const script = path.join(import.meta.dirname, 'container.sh');
const LOG_CHARACTERS = 20_000;

export interface Started {
  readonly image: Image;
  readonly spec: IPodSpec;
  readonly container: IContainer;
  readonly env: Readonly<Record<string, string>>;
  readonly shell: 'with' | 'without';
}

export class Container {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | string>;
  #log = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = new Promise((resolve, reject) => {
      child.once('close', (code, signal) => resolve(code ?? String(signal)));
      child.once('error', reject);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log = `${this.#log}${chunk}`.slice(-LOG_CHARACTERS);
      });
    }
  }

  static start({ image, spec, container, env, shell }: Started): Container {
    const { config } = image;
    const command = [...(container.command ?? config.Entrypoint ?? []), ...(container.args ?? [])];
    const { runAsUser, runAsGroup } = spec.securityContext ?? {};
    // Volumes that the image does not fill.
    const writable = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath).join(' ');
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child'],
        ...['--propagation', 'private', 'sh', script, image.root, config.WorkingDir ?? '/'],
        ...[String(runAsUser), String(runAsGroup), writable, shell, ...command],
      ],
      {
        env: {
          ...Object.fromEntries((config.Env ?? []).map((line) => line.split(/=(.*)/s, 2))),
          HOME: '/',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    return new Container(child);
  }

  /** The last of what it wrote. */
  get log(): string {
    return this.#log;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Lines of /proc/self/status of its first process, as this machine sees them. */
  status(field: string): string | undefined {
    const inner = this.#inner();
    if (inner === undefined) return undefined;
    const text = readFileSync(`/proc/${inner}/status`, 'utf8');
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(text)?.[1];
  }

  /** Where it can write, by the mounts that it sees. */
  get writable(): readonly string[] {
    const inner = this.#inner();
    if (inner === undefined) return [];
    // proc(5): id, parent, device, root, mount point, options …
    const mounts = readFileSync(`/proc/${inner}/mountinfo`, 'utf8').trim().split('\n');
    const parts = mounts.map((line) => line.split(' '));
    return parts.filter(([, , , , , options = '']) => /^rw\b/.test(options)).map(([, , , , at = '']) => at);
  }

  /** Exit code or signal once it has ended; rejects after `limitMs`. */
  ended(limitMs: number): Promise<number | string> {
    return deadline(this.#exit, limitMs, 'the end of a container');
  }

  signal(name: NodeJS.Signals): void {
    const inner = this.#inner();
    if (inner !== undefined) process.kill(inner, name);
  }

  /** SIGKILL, whatever it does. */
  async remove(): Promise<void> {
    const LIMIT_MS = 10_000;
    this.signal('SIGKILL');
    this.#child.kill('SIGKILL');
    await this.ended(LIMIT_MS);
  }

  #inner(): number | undefined {
    const { pid } = this.#child;
    if (this.hasEnded) return undefined;
    return (
      Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]) || undefined
    );
  }
}
