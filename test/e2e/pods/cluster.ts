// An overlay as the cluster would run it: first what everything stands on, then Jobs, then services; and its end.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { every } from '@mooring/runtime';
import { nameOf, selects, type Workload, workloads } from '../../manifests/_pods.js';
import { at, type Resource } from '../../manifests/_tree.js';
import { socketsOf } from './connections.js';
import { NameServer } from './names.js';
import { ClusterNetwork } from './network.js';
import { type End, Pod } from './pod.js';
import { portOf } from './probes.js';
import { type PublishedPort, publish } from './published.js';

export class Cluster {
  readonly pods: Pod[] = [];
  /** `from → to:port` of every connection that a pod has opened. */
  readonly opened = new Set<string>();
  readonly #resources: readonly Resource[];
  readonly #scratch: string;
  readonly #network: ClusterNetwork;
  #names: NameServer | undefined;
  #published: readonly PublishedPort[] = [];
  readonly #watching = new AbortController();
  #watch: Promise<unknown> = Promise.resolve();

  private constructor(resources: readonly Resource[], network: ClusterNetwork) {
    this.#resources = resources;
    this.#network = network;
    this.#scratch = mkdtempSync(path.join(tmpdir(), 'mooring-pods-'));
    chmodSync(this.#scratch, 0o755);
  }

  /** Resolves when every pod is ready and every Job has ended. Throws, with logs, for the first that fails. */
  static async start(resources: readonly Resource[]): Promise<Cluster> {
    const cluster = new Cluster(resources, await ClusterNetwork.open());
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  }

  async #start(): Promise<void> {
    this.#names = await NameServer.open(this.#network.gateway, (name) => this.#addresses(name));
    const LOOK_MS = 500;
    this.#watch = every(LOOK_MS, () => this.look(), this.#watching.signal);
    const all = workloads(this.#resources);
    const of = (kind: string): readonly Workload[] => all.filter(({ resource }) => resource.kind === kind);
    await this.#each(of('StatefulSet'), (pod) => pod.start());
    await this.#each(of('Job'), (pod) => pod.complete());
    await this.#each(of('Deployment'), (pod) => pod.start());
    this.#published = await publish(this.#resources, (service, port) => this.#backend(service, port));
  }

  async #each(some: readonly Workload[], run: (pod: Pod) => Promise<void>): Promise<void> {
    const around = { resources: this.#resources, scratch: this.#scratch, nameServer: this.#network.gateway };
    const made: Pod[] = [];
    for (const workload of some) {
      const hostname = `${nameOf(workload)}-0`;
      made.push(new Pod(workload, await this.#network.sandbox(hostname), around));
    }
    this.pods.push(...made);
    const results = await Promise.allSettled(made.map(run));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Ends the services, and then what they stand on, each as its manifest says. */
  async terminate(): Promise<readonly End[]> {
    const of = (kind: string): readonly Pod[] =>
      this.pods.filter(({ workload }) => workload.resource.kind === kind);
    const services = await Promise.all(of('Deployment').map((pod) => pod.terminate()));
    this.look();
    return [...services, ...(await Promise.all(of('StatefulSet').map((pod) => pod.terminate())))];
  }

  /** Ends everything at once. */
  async remove(): Promise<void> {
    this.#watching.abort();
    await this.#watch;
    for (const port of this.#published) port.close();
    this.#names?.close();
    for (const pod of this.pods) pod.remove();
    this.#network.close();
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  /** Names of the pods that have asked for names. */
  get askers(): readonly string[] {
    return [...(this.#names?.askers ?? [])].map((address) => this.#named(address));
  }

  /** Notes what is open, or was a moment ago. Done twice a second, and when somebody wants to know now. */
  look(): void {
    for (const { name, sandbox } of this.pods) {
      const { listening, connections } = socketsOf(sandbox.pid);
      for (const { local, address, port } of connections) {
        const other = this.#named(address);
        this.opened.add(listening.has(local) ? `${other} → ${name}:${local}` : `${name} → ${other}:${port}`);
      }
    }
  }

  #named(address: string): string {
    const pod = this.pods.find(({ sandbox }) => sandbox.address === address);
    return pod?.name ?? (address === this.#network.gateway ? 'node' : address);
  }

  #service(name: string | undefined): Resource | undefined {
    return this.#resources.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
  }

  #behind(service: Resource): readonly Pod[] {
    const early = at(service, 'spec.publishNotReadyAddresses') === true;
    return this.pods.filter(
      (pod) => (pod.ready || early) && selects(at(service, 'spec.selector'), pod.workload.labels),
    );
  }

  // A Service with an address of its own has the addresses of its pods here: there is no kube-proxy between.
  #addresses(name: string): readonly string[] | undefined {
    const [first, second] = name.split('.');
    const service = this.#service(second ?? first);
    if (service === undefined) return undefined;
    const pods = this.#behind(service);
    const meant = second === undefined ? pods : pods.filter(({ sandbox }) => sandbox.hostname === first);
    return meant.map(({ sandbox }) => sandbox.address);
  }

  #backend(service: Resource, port: string | number): { host: string; port: number } | undefined {
    const [pod] = this.#behind(service);
    return pod && { host: pod.sandbox.address, port: portOf(pod.container, port) };
  }
}
