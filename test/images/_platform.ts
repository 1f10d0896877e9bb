// Everything of ours that an overlay runs, started from its images on real servers: Jobs first, then services.
import { eventually, testNats, testPostgres } from '@mooring/harness';
import { nameOf, type Workload, workloads } from '../manifests/_pods.js';
import type { Resource } from '../manifests/_tree.js';
import { Container } from './_container.js';
import type { Image } from './_image.js';
import { Loopback, type Servers } from './_loopback.js';

const HEALTH_PORT = 9464;
const JOB_LIMIT_MS = 120_000;
const READY_LIMIT_MS = 120_000;

/** The name of the service whose image `mooring/NAME:TAG` is; undefined for an image of somebody else's. */
export function serviceOf(image: string | undefined): string | undefined {
  return /^mooring\/([a-z-]+)(?::|$)/.exec(image ?? '')?.[1];
}

/** Workloads whose containers, those that run first included, are all of our images. */
export function ours(resources: readonly Resource[]): readonly Workload[] {
  return workloads(resources).filter(({ containers }) =>
    containers.every(({ image }) => serviceOf(image) !== undefined),
  );
}

export class Platform {
  readonly containers = new Map<string, Container>();
  readonly #resources: readonly Resource[];
  readonly #images: ReadonlyMap<string, Image>;
  readonly #servers: Servers;
  readonly #loopback: Loopback;

  private constructor(resources: readonly Resource[], images: ReadonlyMap<string, Image>, servers: Servers) {
    this.#resources = resources;
    this.#images = images;
    this.#servers = servers;
    this.#loopback = new Loopback(resources, [...images.keys()], servers);
  }

  /** With servers that run, and nothing of ours yet. */
  static async over(resources: readonly Resource[], images: ReadonlyMap<string, Image>): Promise<Platform> {
    return new Platform(resources, images, { nats: await testNats(), postgres: await testPostgres() });
  }

  /** Runs every container that ends by itself, of Jobs and before services; exit codes and logs by name. */
  async runJobs(): Promise<ReadonlyMap<string, { readonly code: number | string; readonly log: string }>> {
    const ended = new Map<string, { code: number | string; log: string }>();
    for (const workload of ours(this.#resources)) {
      const isJob = workload.resource.kind === 'Job';
      const { containers, initContainers = [] } = workload.spec;
      for (const [index, container] of (isJob ? containers : initContainers).entries()) {
        const started = this.#start(workload, container);
        try {
          const code = await started.ended(JOB_LIMIT_MS);
          ended.set(`${nameOf(workload)} ${workload.resource.kind} ${index}`, { code, log: started.log });
        } finally {
          await started.remove();
        }
      }
    }
    return ended;
  }

  /** Starts every service at once; resolves when each says that it is ready. */
  async startServices(): Promise<void> {
    const services = ours(this.#resources).filter(({ resource }) => resource.kind === 'Deployment');
    for (const workload of services) {
      for (const container of workload.spec.containers) {
        this.containers.set(nameOf(workload), this.#start(workload, container));
      }
    }
    await Promise.all([...this.containers].map(([name, container]) => this.#becomesReady(name, container)));
  }

  /** Where a port of a service is, as in a URL. */
  at(service: string, port: number): string {
    return `${this.#loopback.address(service)}:${port}`;
  }

  /** Ends everything at once. */
  async remove(): Promise<void> {
    const { nats, postgres } = this.#servers;
    const containers = [...this.containers.values()].map((container) => container.remove());
    const ends = await Promise.allSettled([...containers, nats.stop(), postgres.stop()]);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #becomesReady(name: string, container: Container): Promise<void> {
    const url = `http://${this.at(name, HEALTH_PORT)}/readyz`;
    const isReady = async (): Promise<boolean> => {
      if (container.hasEnded) return true;
      return (await fetch(url, { signal: AbortSignal.timeout(3_000) })).status === 200;
    };
    await eventually(isReady, { withinMs: READY_LIMIT_MS, what: `${name} ready` });
    if (container.hasEnded) throw new Error(`${name} ended before it was ready: ${container.log}`);
  }

  #start(workload: Workload, container: Workload['containers'][number]): Container {
    const service = serviceOf(container.image) ?? '';
    const image = this.#images.get(service);
    if (image === undefined) throw new TypeError(`no image of ${service} was built`);
    const env = this.#loopback.environmentOf(service, container);
    // Chromium's own start is a script of a shell.
    const shell = service === 'printing' ? 'with' : 'without';
    return Container.start({ image, spec: workload.spec, container, env, shell });
  }
}
