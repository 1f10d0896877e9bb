// The network policies allow what the table of arrows says and what the configuration makes services do, and no more.
import { describe, expect, it } from 'vitest';
import { allowed } from './_allowed.js';
import { type Arrow, arrows, further } from './_arrows.js';
import { environment } from './_environment.js';
import { nameOf, servers, type Workload, workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { at, type Resource } from './_tree.js';

const NAME = 'app.kubernetes.io/name';

const ends = (arrow: string): { from: string; to: string; port: number } => {
  const [, from = '', to = '', port = ''] = /^(.+) → (.+):(\d+)$/.exec(arrow) ?? [];
  return { from, to, port: Number(port) };
};

// What other namespaces hold, and who is in none; their own policies are not ours.
const OUTSIDE: readonly string[] = ['anywhere', 'cnpg-system', 'envoy-gateway-system', 'keda'];
/** From here on ports are opened for what is relayed, one by one. */
const RELAYED = 49_152;

/** Pods that an operator makes, with their ports. */
function operated(resources: readonly Resource[]): ReadonlyMap<string, readonly number[]> {
  const clusters = resources.filter(({ kind }) => kind === 'Cluster');
  return new Map(clusters.map(({ metadata }) => [metadata.name, [5432, 8000]]));
}

/** Hosts and ports in a text: `host:port`, and what Prometheus finds by a name and a port. */
function namedIn(text: string): readonly (readonly [host: string, port: string])[] {
  const found = [
    ...text.matchAll(/(?<![\w.])([a-z][a-z-]*):(\d{4,5})\b/g),
    ...text.matchAll(/names: \[([a-z-]+)\]\s+type: A\s+port: (\d+)/g),
  ];
  return found.map(([, host = '', port = '']) => [host, port]);
}

/** Files of ConfigMaps that a pod of the observability component has: its servers are configured by nothing else. */
function mountedTexts({ labels, spec }: Workload, resources: readonly Resource[]): readonly string[] {
  if (labels['app.kubernetes.io/component'] !== 'observability') return [];
  const mounted = (spec.volumes ?? []).map(({ configMap }) => configMap?.name);
  const maps = resources.filter(
    ({ kind, metadata }) => kind === 'ConfigMap' && mounted.includes(metadata.name),
  );
  return maps.flatMap((map) => Object.values((map['data'] ?? {}) as Record<string, string>));
}

describe.each([...overlays])('%s', (overlay, folder) => {
  const resources = render(folder);
  const pods = workloads(resources);
  const table: readonly Arrow[] = [...arrows, ...(further[overlay] ?? [])];

  it('denies what nothing allows', () => {
    const all = resources.filter(
      ({ kind, spec }) => kind === 'NetworkPolicy' && JSON.stringify(at(spec, 'podSelector')) === '{}',
    );
    expect(all.map(({ spec }) => spec)).toEqual([{ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }]);
  });

  it('lets everybody out along the arrows, and nowhere else', () => {
    const out = table.filter((arrow) => !OUTSIDE.includes(ends(arrow).from));
    expect(allowed(resources, 'egress')).toEqual([...out].sort());
  });

  it('lets everybody in along the arrows, and from nowhere else', () => {
    const deployed = new Set([...pods.map(nameOf), ...operated(resources).keys()]);
    const into = table.filter((arrow) => deployed.has(ends(arrow).to));
    expect(allowed(resources, 'ingress')).toEqual([...into].sort());
  });

  it('lets in to ports that are open', () => {
    const open = [...operated(resources)].flatMap(([name, ports]) => ports.map((port) => `${name}:${port}`));
    for (const pod of pods) {
      for (const { ports } of pod.containers) {
        open.push(...(ports ?? []).map(({ containerPort }) => `${nameOf(pod)}:${containerPort}`));
      }
    }
    const entered = allowed(resources, 'ingress').filter((arrow) => ends(arrow).port < RELAYED);
    const closed = entered.filter((arrow) => !open.includes(`${ends(arrow).to}:${ends(arrow).port}`));
    expect(closed).toEqual([]);
  });

  it('has an arrow to whatever a configuration names, and calls by the name of a Service', () => {
    const services = new Map(
      resources.filter(({ kind }) => kind === 'Service').map((one) => [one.metadata.name, one] as const),
    );
    const named = pods.flatMap((pod) =>
      pod.containers.flatMap((container) =>
        [
          ...[...environment(container, resources, () => 'password').values()].map(({ value }) => value),
          ...mountedTexts(pod, resources),
        ].flatMap((text) =>
          namedIn(text).flatMap(([host, port]) => {
            const target = at(services.get(host), `spec.selector`) as Record<string, string> | undefined;
            return target === undefined ? [] : [`${nameOf(pod)} → ${target[NAME]}:${port}`];
          }),
        ),
      ),
    );
    // A migration is told all that its service is told, and uses the database alone.
    const used = named.filter(
      (arrow) => !ends(arrow).from.endsWith('-migrate') || ends(arrow).to === 'postgres',
    );
    expect(used.length).toBeGreaterThan(0);
    expect([...new Set(used)].filter((arrow) => !(table as readonly string[]).includes(arrow))).toEqual([]);
    const inside = table.filter((arrow) => services.has(ends(arrow).to) && !arrow.startsWith('anywhere'));
    const unused = inside.filter(
      (arrow) => !used.includes(arrow) && ends(arrow).from !== 'nats' && ends(arrow).port < RELAYED,
    );
    expect(
      unused.filter((arrow) => servers(resources).some((pod) => nameOf(pod) === ends(arrow).from)),
    ).toEqual([]);
  });
});
