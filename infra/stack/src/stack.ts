// The whole system on one machine: brings every part up in order, watches it, takes it down in reverse.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buckets, streams } from '@mooring/proto';
import { applyStreams, Fault, migrateDeploy } from '@mooring/runtime';
import { demoPrefix, registerDemo } from './demo.js';
import { StackDirectory, type StackFile } from './directory.js';
import type { StackFlags } from './flags.js';
import type { Launched } from './launched.js';
import { natsServerBinary, startNatsServer } from './nats-server.js';
import { ownerToken } from './owner.js';
import { Part } from './part.js';
import { freePorts, isFree } from './ports.js';
import { startPostgres } from './postgres.js';
import { root, startService } from './service.js';
import { edgePorts, type Plan, plan, portsNeeded, type ServicePlan } from './services.js';

/** The environment that every process inherits, and who is told what happens. */
export interface StackOptions {
  readonly flags: StackFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  say(line: string): void;
}

export class Stack {
  readonly #options: StackOptions;
  readonly #directory: StackDirectory;
  readonly #parts: Part[] = [];
  readonly #health = new Map<string, string>();
  #file: StackFile | undefined;

  private constructor(options: StackOptions) {
    this.#options = options;
    this.#directory = new StackDirectory(options.flags.data);
  }

  /** Resolves when everything answers. Faults say what to do; whatever had started is stopped again. */
  static async start(options: StackOptions): Promise<Stack> {
    const stack = new Stack(options);
    await stack.#directory.lock();
    try {
      await stack.#up();
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  get directory(): string {
    return this.#directory.path;
  }

  get file(): StackFile {
    if (this.#file === undefined) throw new Fault('unavailable', 'the stack has not started');
    return this.#file;
  }

  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** Where /livez, /readyz and /metrics of each service are, by the name of its process. */
  get health(): ReadonlyMap<string, string> {
    return this.#health;
  }

  /** The owner's password, for showing it once to who started the stack. */
  get ownerPassword(): string {
    return this.#options.flags.owner.password ?? this.#directory.secrets().ownerPassword;
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) {
      this.#options.say(`Stopping ${part.name}`);
      await part.stop();
    }
    this.#directory.release();
  }

  async #up(): Promise<void> {
    const { flags, env, say } = this.#options;
    await this.#checkPorts();
    const binary = natsServerBinary(env['PATH'] ?? '', () => say('Fetching nats-server …'));
    const secrets = this.#directory.secrets();
    const free = await freePorts(2 + portsNeeded(flags));
    const takePort = (): number => free.pop() ?? 0;
    const [natsPort, postgresPort] = [takePort(), takePort()];
    const planned = plan({
      flags,
      natsPort,
      postgresPort,
      postgresPassword: secrets.postgres,
      registrySecret: secrets.registry,
      telemetrySecret: secrets.telemetry,
      firmwareSecret: secrets.firmware,
      takePort,
    });
    say('Starting NATS and Postgres …');
    const { nats, postgres } = this.#directory;
    await Promise.all([
      this.#part('nats', () => startNatsServer({ binary, directory: nats, port: natsPort })),
      this.#part('postgres', () =>
        startPostgres({ directory: postgres, port: postgresPort, password: secrets.postgres }),
      ),
    ]);
    await Promise.all([applyStreams(planned.urls.nats, streams, buckets), ...planned.databases.map(migrate)]);
    say('Starting services …');
    await Promise.all(planned.backends.map((service) => this.#service(service)));
    await this.#service(planned.api);
    const token = await ownerToken(planned.urls.api, flags.owner.email, this.ownerPassword);
    await Promise.all(planned.edges.map((edge) => this.#service(edge)));
    if (flags.demo) await this.#demo(planned, token);
    const { nats: natsUrl, postgres: postgresUrl, api, firmware, edges } = planned.urls;
    const owner = { email: flags.owner.email, token };
    this.#file = {
      ...{ edges, api, firmware, nats: natsUrl, postgres: postgresUrl },
      health: Object.fromEntries(this.#health),
      ...{ pids: this.#pids(), owner },
    };
    this.#directory.write(this.#file);
  }

  async #checkPorts(): Promise<void> {
    const { flags } = this.#options;
    const wanted = [...edgePorts(flags), flags.apiPort, ...flags.listen];
    for (const port of wanted) {
      if (await isFree(port, flags.host)) continue;
      throw new Fault('conflict', `Port ${port} is taken. Type: npm start -- --edge-port N --api-port N`);
    }
  }

  #service(service: ServicePlan): Promise<void> {
    const { name, program, healthPort } = service;
    const env = { ...this.#options.env, ...service.env };
    this.#health.set(name, `http://127.0.0.1:${healthPort}`);
    return this.#part(name, (signal) =>
      startService({ name, program, healthPort, env, logs: this.#directory.logs, signal }),
    );
  }

  async #demo({ urls }: Plan, token: string): Promise<void> {
    const { env, flags, say } = this.#options;
    // Their dialects' credentials are for people to make and keep, not for a demo.
    if (flags.deviceAuth === 'credentials') {
      say('No demo devices: they have no credentials');
      return;
    }
    await registerDemo(urls.api, token);
    const args = ['--edge', urls.edges[0] ?? '', '--prefix', demoPrefix];
    const program = 'test/devices/dist/main.js';
    await this.#part('demo', () =>
      startService({ name: 'demo', program, args, env, logs: this.#directory.logs }),
    );
  }

  async #part(name: string, launch: (signal: AbortSignal) => Promise<Launched>): Promise<void> {
    const { say } = this.#options;
    const part = new Part({
      name,
      launch,
      changed: () => this.#changed(name),
      died: (_, why) => say(`${why}; starting it again`),
    });
    // Listed before it is up, so that a stop in between reaches it.
    this.#parts.push(part);
    await part.start();
  }

  #changed(name: string): void {
    if (this.#file === undefined) return;
    this.#options.say(`${name} is up again`);
    this.#file = { ...this.#file, pids: this.#pids() };
    this.#directory.write(this.#file);
  }

  #pids(): Record<string, number> {
    const own = this.#parts.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid] as const]));
    return Object.fromEntries([['supervisor', process.pid] as const, ...own]);
  }
}

function migrate({ service, url }: Plan['databases'][number]): Promise<unknown> {
  const folder = pathToFileURL(path.join(root, 'services', service, 'prisma', 'migrations'));
  return migrateDeploy(url, folder.pathname);
}
