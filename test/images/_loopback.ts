// The platform on loopback: every port of the manifests becomes a free one of this machine, and every name 127.0.0.1.
import { freePorts, type TestNats, type TestPostgres } from '@mooring/harness';
import type { IContainer } from 'kubernetes-models/v1';
import { environment } from '../manifests/_environment.js';
import { nameOf, type Workload } from '../manifests/_pods.js';
import type { Resource } from '../manifests/_tree.js';

export class Loopback {
  readonly #resources: readonly Resource[];
  readonly #nats: TestNats;
  readonly #postgres: TestPostgres;
  /** `service:port`, and where that is here. */
  readonly #ports: ReadonlyMap<string, number>;

  private constructor(
    resources: readonly Resource[],
    servers: { readonly nats: TestNats; readonly postgres: TestPostgres },
    ports: ReadonlyMap<string, number>,
  ) {
    this.#resources = resources;
    this.#nats = servers.nats;
    this.#postgres = servers.postgres;
    this.#ports = ports;
  }

  static async of(
    resources: readonly Resource[],
    services: readonly Workload[],
    servers: { readonly nats: TestNats; readonly postgres: TestPostgres },
  ): Promise<Loopback> {
    const names = services.flatMap((service) =>
      (service.spec.containers[0]?.ports ?? []).map((port) => `${nameOf(service)}:${port.containerPort}`),
    );
    // The collector is not there; what a process does without one is part of what is tested.
    names.push('otel-collector:4318');
    const free = await freePorts(names.length);
    return new Loopback(resources, servers, new Map(names.map((name, index) => [name, free[index] ?? 0])));
  }

  /** Where a port of a service is here; throws when the manifests know none. */
  port(service: string, port: number): number {
    const here = this.#ports.get(`${service}:${port}`);
    if (here === undefined) throw new TypeError(`no pod of ${service} has a port ${port}`);
    return here;
  }

  /** What the manifests say of a container of `service`, with the ports and addresses of here. */
  environmentOf(service: string, container: IContainer): Readonly<Record<string, string>> {
    const secret = (name: string, key: string): string => {
      throw new TypeError(`Secret ${name} has no ${key} in this overlay`);
    };
    const told = [...environment(container, this.#resources, secret, `${service}-0`)];
    return Object.fromEntries(told.map(([name, { value }]) => [name, this.#here(service, name, value)]));
  }

  #here(service: string, name: string, value: string): string {
    if (name === 'NATS_URL') return this.#nats.url;
    if (name.endsWith('_POSTGRES_URL')) return this.#postgres.url(new URL(value).pathname.slice(1));
    if (name.endsWith('_HOST')) return '127.0.0.1';
    if (name.endsWith('_PORT')) return String(this.port(service, Number(value)));
    return value.replace(/([a-z-]+):(\d{4})\b/g, (all, host: string, port: string) => {
      const here = this.#ports.get(`${host}:${port}`);
      return here === undefined ? all : `127.0.0.1:${here}`;
    });
  }
}
