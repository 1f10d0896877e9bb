// The network policies allow what the table of arrows says and what the configuration makes services do, and no more.
import type { INetworkPolicyPeer, INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1';
import { describe, expect, it } from 'vitest';
import { type Arrow, arrows, further } from './_arrows.js';
import { environment } from './_environment.js';
import { nameOf, servers, workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { at, type Resource } from './_tree.js';

const NAME = 'app.kubernetes.io/name';

/** Names of the pods that a selector picks. */
function named(selector: INetworkPolicySpec['podSelector']): readonly string[] {
  const { matchLabels, matchExpressions } = selector ?? {};
  const name = matchLabels?.[NAME];
  if (name !== undefined) return [name];
  return (matchExpressions ?? []).flatMap(({ key, values }) => (key === NAME ? (values ?? []) : []));
}

function peerNames({ podSelector, namespaceSelector, ipBlock }: INetworkPolicyPeer): readonly string[] {
  if (ipBlock) return [ipBlock.cidr === '0.0.0.0/0' ? 'public' : ipBlock.cidr];
  if (namespaceSelector) {
    const { matchLabels } = podSelector ?? {};
    const kube = namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] === 'kube-system';
    return kube && matchLabels?.['k8s-app'] === 'kube-dns' ? ['dns'] : ['unknown'];
  }
  return named(podSelector);
}

function allowed(resources: readonly Resource[], direction: 'ingress' | 'egress'): readonly string[] {
  const found = resources.flatMap((resource) => {
    if (resource.kind !== 'NetworkPolicy') return [];
    const spec = resource['spec'] as INetworkPolicySpec;
    const rules: readonly {
      from?: INetworkPolicyPeer[];
      to?: INetworkPolicyPeer[];
      ports?: { port?: string | number }[];
    }[] = spec[direction] ?? [];
    return rules.flatMap(({ from, to, ports }) => {
      const others = (from ?? to)?.flatMap(peerNames) ?? ['anywhere'];
      const ends = (ports ?? [{ port: 0 }]).map(({ port }) => port);
      return named(spec.podSelector).flatMap((own) =>
        others.flatMap((other) =>
          ends.map((port) =>
            direction === 'egress' ? `${own} → ${other}:${port}` : `${other} → ${own}:${port}`,
          ),
        ),
      );
    });
  });
  return [...new Set(found)].sort();
}

const ends = (arrow: string): { from: string; to: string; port: number } => {
  const [, from = '', to = '', port = ''] = /^(.+) → (.+):(\d+)$/.exec(arrow) ?? [];
  return { from, to, port: Number(port) };
};

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
    const out = table.filter((arrow) => ends(arrow).from !== 'anywhere');
    expect(allowed(resources, 'egress')).toEqual([...out].sort());
  });

  it('lets everybody in along the arrows, and from nowhere else', () => {
    const deployed = new Set(pods.map(nameOf));
    const into = table.filter((arrow) => deployed.has(ends(arrow).to));
    expect(allowed(resources, 'ingress')).toEqual([...into].sort());
  });

  it('lets in to ports that are open', () => {
    const open = pods.flatMap((pod) =>
      pod.containers.flatMap(({ ports }) =>
        (ports ?? []).map(({ containerPort }) => `${nameOf(pod)}:${containerPort}`),
      ),
    );
    const entered = allowed(resources, 'ingress').map((arrow) => `${ends(arrow).to}:${ends(arrow).port}`);
    expect(entered.filter((end) => !open.includes(end))).toEqual([]);
  });

  it('has an arrow to whatever a configuration names, and calls by the name of a Service', () => {
    const services = new Map(
      resources.filter(({ kind }) => kind === 'Service').map((one) => [one.metadata.name, one] as const),
    );
    const named = pods.flatMap((pod) =>
      pod.containers.flatMap((container) =>
        [...environment(container, resources, () => 'password').values()].flatMap(({ value }) =>
          [...value.matchAll(/(?<![\w.])([a-z][a-z-]*):(\d{4,5})\b/g)].flatMap(([, host = '', port = '']) => {
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
    const unused = inside.filter((arrow) => !used.includes(arrow) && ends(arrow).from !== 'nats');
    expect(
      unused.filter((arrow) => servers(resources).some((pod) => nameOf(pod) === ends(arrow).from)),
    ).toEqual([]);
  });
});
