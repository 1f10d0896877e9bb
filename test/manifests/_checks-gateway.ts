// What the Gateway API's own rules refuse, and what its controller would say of references that lead nowhere.
import type { IServiceSpec } from 'kubernetes-models/v1';
import type { Check } from './_check.js';
import { ofKinds } from './_checks-kinds.js';
import { twice } from './_syntax.js';
import { at, type Resource } from './_tree.js';

interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly hostname?: string;
  readonly tls?: object;
}

const listenersOf = (gateway: Resource | undefined): readonly Listener[] =>
  (at(gateway, 'spec.listeners') ?? []) as readonly Listener[];

const named = (all: readonly Resource[], kind: string, name: unknown): Resource | undefined =>
  all.find((one) => one.kind === kind && one.metadata.name === name);

const portsOf = (service: Resource | undefined) =>
  (service?.['spec'] as IServiceSpec | undefined)?.ports ?? [];

const list = (value: unknown, path: string): readonly unknown[] =>
  (at(value, path) ?? []) as readonly unknown[];

/** Seconds of a duration of the Gateway API; 0 is none. */
function seconds(duration: unknown): number {
  const parts = [...String(duration).matchAll(/(\d+)(h|ms|m|s)/g)];
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3 };
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
}

export const gatewayChecks: readonly Check[] = [
  ofKinds(['Gateway'], ['gateway/listeners'], (gateway) => {
    const listeners = listenersOf(gateway);
    return [
      ...twice(listeners.map(({ name }) => name)),
      ...twice(listeners.map(({ port, protocol, hostname }) => `${port} ${protocol} ${hostname}`)),
      ...listeners
        .filter(({ protocol, tls }) => (protocol === 'HTTPS') !== (tls !== undefined))
        .map(({ name }) => name),
    ];
  }),
  ofKinds(['HTTPRoute', 'GRPCRoute'], ['gateway/parents'], (route, all) =>
    list(route, 'spec.parentRefs').flatMap((parent) => {
      const section = at(parent, 'sectionName');
      const listener = listenersOf(named(all, 'Gateway', at(parent, 'name'))).find(
        ({ name }) => name === section,
      );
      const met = list(route, 'spec.hostnames').some((name) => name === listener?.hostname);
      return met ? [] : [String(section)];
    }),
  ),
  ofKinds(['HTTPRoute', 'GRPCRoute'], ['gateway/backends'], (route, all) =>
    list(route, 'spec.rules')
      .flatMap((rule) => list(rule, 'backendRefs'))
      .filter((backend) => {
        const ports = portsOf(named(all, 'Service', at(backend, 'name')));
        return !ports.some(({ port }) => port === at(backend, 'port'));
      })
      .map((backend) => `${at(backend, 'name')}:${at(backend, 'port')}`),
  ),
  ofKinds(['HTTPRoute'], ['gateway/timeouts'], (route) =>
    list(route, 'spec.rules').flatMap((rule) => {
      const [whole, part] = [
        seconds(at(rule, 'timeouts.request')),
        seconds(at(rule, 'timeouts.backendRequest')),
      ];
      return whole > 0 && part > whole ? [`${part} s of ${whole} s`] : [];
    }),
  ),
  ofKinds(['BackendTLSPolicy', 'ClientTrafficPolicy'], ['gateway/targets'], ({ spec }, all) =>
    list(spec, 'targetRefs').flatMap((target) => {
      const [kind, name, section] = ['kind', 'name', 'sectionName'].map((field) => at(target, field));
      const there = named(all, String(kind), name);
      const sections = kind === 'Gateway' ? listenersOf(there) : portsOf(there);
      return sections.some((one) => one.name === section) ? [] : [`${kind}/${name} ${section}`];
    }),
  ),
];
