// The platform on loopback: every service has an address of its own there, with the ports of the manifests.
import type { TestNats, TestPostgres } from '@mooring/harness';
import type { IContainer } from 'kubernetes-models/v1';
import { environment } from '../manifests/_environment.js';
import type { Resource } from '../manifests/_tree.js';

/** What stands for the bus and the databases of the manifests. */
export interface Servers {
  readonly nats: TestNats;
  readonly postgres: TestPostgres;
}

export class Loopback {
  readonly #resources: readonly Resource[];
  readonly #servers: Servers;
  readonly #addresses: ReadonlyMap<string, string>;

  /** `names` are those of the services of ours; others of the manifests are there, and nothing listens. */
  constructor(resources: readonly Resource[], names: readonly string[], servers: Servers) {
    this.#resources = resources;
    this.#servers = servers;
    // All of 127.0.0.0/8 is loopback: a network that depends on the process, away from where everybody listens.
    const network = `127.${64 + ((process.pid >> 8) % 64)}.${process.pid % 256}`;
    this.#addresses = new Map(
      [...names, 'otel-collector'].map((name, index) => [name, `${network}.${index + 1}`]),
    );
  }

  /** Throws for a name that is not of a service. */
  address(service: string): string {
    const address = this.#addresses.get(service);
    if (address === undefined) throw new TypeError(`there is no service ${service}`);
    return address;
  }

  /** What the manifests say of a container of `service`, with addresses for names. */
  environmentOf(service: string, container: IContainer): Readonly<Record<string, string>> {
    const secret = (name: string, key: string): string => {
      throw new TypeError(`Secret ${name} has no ${key} in this overlay`);
    };
    const told = [...environment(container, this.#resources, secret, `${service}-0`)];
    return Object.fromEntries(told.map(([name, { value }]) => [name, this.#here(service, name, value)]));
  }

  #here(service: string, name: string, value: string): string {
    if (name === 'NATS_URL') return this.#servers.nats.url;
    if (name.endsWith('_POSTGRES_URL')) return this.#servers.postgres.url(new URL(value).pathname.slice(1));
    if (name.endsWith('_HOST')) return this.address(service);
    return value.replace(/([a-z][a-z-]+)(?=:\d{4}\b)/g, (host) => this.#addresses.get(host) ?? host);
  }
}
