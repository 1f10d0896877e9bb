// One pod: its namespaces, its containers as processes in them, and its end as the kubelet brings it about.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deadline, sleep } from '@mooring/runtime';
import type { IContainer } from 'kubernetes-models/v1';
import { environment } from '../../manifests/_environment.js';
import { nameOf, type Workload } from '../../manifests/_pods.js';
import { at, type Resource } from '../../manifests/_tree.js';
import { imageOf } from './images.js';
import type { Sandbox } from './network.js';
import { becomesReady, portOf } from './probes.js';
import { etcFiles, mountsOf, type Volume, volumesOf } from './volumes.js';

const script = path.join(import.meta.dirname, 'container.sh');
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How a pod ended. */
export interface End {
  readonly name: string;
  /** Exit code, or the signal. */
  readonly code: number | string;
  readonly ms: number;
  readonly graceMs: number;
}

export interface PodSurroundings {
  readonly resources: readonly Resource[];
  readonly scratch: string;
  readonly nameServer: string;
}

export class Pod {
  readonly workload: Workload;
  readonly sandbox: Sandbox;
  ready = false;
  readonly #around: PodSurroundings;
  readonly #volumes: ReadonlyMap<string, Volume>;
  readonly #uid: number;
  #child: ChildProcess | undefined;

  constructor(workload: Workload, sandbox: Sandbox, around: PodSurroundings) {
    this.workload = workload;
    this.sandbox = sandbox;
    this.#around = { ...around, scratch: path.join(around.scratch, sandbox.hostname) };
    this.#uid = workload.spec.securityContext?.runAsUser ?? 0;
    const templates = (at(workload.resource, 'spec.volumeClaimTemplates') ?? []) as {
      metadata: { name: string };
    }[];
    const claims = templates.map(({ metadata }) => metadata.name);
    this.#volumes = volumesOf(
      workload.spec,
      claims,
      around.resources,
      path.join(this.#around.scratch, 'volumes'),
    );
  }

  get name(): string {
    return nameOf(this.workload);
  }

  /** Its one container; those that run first are others. */
  get container(): IContainer {
    const [container, ...more] = this.workload.spec.containers;
    if (container === undefined || more.length > 0) throw new TypeError(`${this.name} has not one container`);
    return container;
  }

  /** Ports that the kubelet asks. */
  get probedPorts(): ReadonlySet<number> {
    const { startupProbe, readinessProbe, livenessProbe } = this.container;
    const probes = [startupProbe, readinessProbe, livenessProbe];
    const ports = probes.flatMap((probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? []);
    return new Set(ports.map((port) => portOf(this.container, port)));
  }

  /** What its containers wrote. */
  get log(): string {
    return readFileSync(path.join(this.#around.scratch, 'log'), 'utf8');
  }

  get ended(): string | undefined {
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    return exitCode === null && signalCode === null
      ? undefined
      : `${exitCode ?? signalCode}: ${this.log.slice(-2_000)}`;
  }

  /** Runs what runs first, then the container until it is ready. */
  async start(): Promise<void> {
    for (const container of this.workload.spec.initContainers ?? []) await this.complete(container);
    const { container } = this;
    this.#child = this.#spawn(container);
    const pod = this;
    await becomesReady({
      name: this.sandbox.hostname,
      address: this.sandbox.address,
      container,
      exec: (command, timeoutMs) => this.#exec(command, timeoutMs),
      get ended() {
        return pod.ended;
      },
    });
    this.ready = true;
  }

  /** Runs a container to its end; again, as its pod would, when it fails. */
  async complete(container: IContainer = this.container, attempts = 3): Promise<void> {
    const LIMIT_MS = 120_000;
    const child = this.#spawn(container);
    const code = await deadline(exitOf(child), LIMIT_MS, `${this.name}: ${container.name}`);
    if (code === 0) return;
    if (attempts <= 1)
      throw new Error(`${this.name}: ${container.name} ended with ${code}: ${this.log.slice(-2_000)}`);
    await sleep(1_000);
    await this.complete(container, attempts - 1);
  }

  /** Out of the Services, preStop, SIGTERM, and SIGKILL when the grace period is over. */
  async terminate(): Promise<End> {
    this.ready = false;
    const child = this.#child;
    const graceMs = (this.workload.spec.terminationGracePeriodSeconds ?? 30) * 1_000;
    if (child === undefined) return { name: this.name, code: 0, ms: 0, graceMs };
    const begun = Date.now();
    const exit = exitOf(child);
    const { preStop } = this.container.lifecycle ?? {};
    if (preStop?.sleep) await sleep(preStop.sleep.seconds * 1_000);
    if (preStop?.exec) await this.#exec(preStop.exec.command ?? [], graceMs);
    signal(child, 'SIGTERM');
    const code = await deadline(exit, Math.max(0, begun + graceMs - Date.now()), this.name).catch(() => {
      signal(child, 'SIGKILL');
      return exit;
    });
    return { name: this.name, code, ms: Date.now() - begun, graceMs };
  }

  remove(): void {
    if (this.#child?.exitCode === null) signal(this.#child, 'SIGKILL');
    this.sandbox.remove();
  }

  #spawn(container: IContainer): ChildProcess {
    const { hostname, pid } = this.sandbox;
    const { resources, nameServer } = this.#around;
    const scratch = path.join(this.#around.scratch, container.name);
    mkdirSync(path.join(scratch, 'root'), { recursive: true });
    const image = imageOf(container.image ?? '', scratch, this.#uid);
    const mounts = path.join(scratch, 'mounts');
    const files = new Map([...etcFiles(scratch, nameServer, this.#uid), ...image.files]);
    writeFileSync(mounts, mountsOf(container, this.#volumes, files));
    const variables = [...environment(container, resources, unknownSecret, hostname)];
    const command = [...(container.command ?? image.entrypoint), ...(container.args ?? [])];
    const group = String(this.workload.spec.securityContext?.runAsGroup);
    const log = openSync(path.join(this.#around.scratch, 'log'), 'a');
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'nsenter', '-t', String(pid), '--net', '--uts', '--ipc'],
        ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'],
        ...['sh', script, path.join(scratch, 'root'), mounts, image.directory, String(this.#uid), group],
        ...command,
      ],
      {
        env: {
          PATH,
          HOME: '/',
          HOSTNAME: hostname,
          KUBERNETES_SERVICE_HOST: '10.96.0.1',
          KUBERNETES_SERVICE_PORT: '443',
          ...image.env,
          ...Object.fromEntries(variables.map(([name, { value }]) => [name, value])),
        },
        stdio: ['ignore', log, log],
        cwd: '/',
      },
    );
    closeSync(log);
    return child;
  }

  async #exec(command: readonly string[], timeoutMs: number): Promise<number> {
    const inner = this.#child === undefined ? undefined : innerPid(this.#child);
    if (inner === undefined) return 1;
    const user = String(this.#uid);
    const enter = ['-t', inner, '--mount', '--pid', '--net', '--uts', '--ipc', '--root', '--wd=/'];
    const drop = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--bounding-set=-all'];
    const child = spawn('nsenter', [...enter, ...drop, ...command], {
      env: { PATH },
      stdio: 'ignore',
      timeout: timeoutMs,
    });
    const code = await exitOf(child);
    return typeof code === 'number' ? code : 1;
  }
}

const unknownSecret = (name: string, key: string): string => {
  throw new TypeError(`Secret ${name} has no ${key} in this overlay`);
};

function exitOf(child: ChildProcess): Promise<number | string> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? String(child.signalCode));
  }
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve(code ?? String(signal)));
    child.once('error', reject);
  });
}

/** The first process of the container, as this machine counts; undefined before it is there or once it has ended. */
function innerPid({ pid }: ChildProcess): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] || undefined;
  } catch {
    // It has ended, with all that is told of it.
    return undefined;
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  const inner = innerPid(child);
  if (inner !== undefined) process.kill(Number(inner), name);
}
