// What the network policies of an overlay allow, as arrows between pods.
import type { INetworkPolicyPeer, INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1';
import type { Resource } from './_tree.js';

const NAME = 'app.kubernetes.io/name';
/** How the operator of Postgres marks whatever belongs to one of its clusters. */
const CLUSTER = 'cnpg.io/cluster';

/** Names of the pods that a selector picks. */
function named(selector: INetworkPolicySpec['podSelector']): readonly string[] {
  const { matchLabels, matchExpressions } = selector ?? {};
  const name = matchLabels?.[NAME] ?? matchLabels?.[CLUSTER];
  if (name !== undefined) return [name];
  return (matchExpressions ?? []).flatMap(({ key, values }) => (key === NAME ? (values ?? []) : []));
}

function peerNames({ podSelector, namespaceSelector, ipBlock }: INetworkPolicyPeer): readonly string[] {
  if (ipBlock) return [ipBlock.cidr === '0.0.0.0/0' ? 'public' : ipBlock.cidr];
  if (namespaceSelector) {
    const { matchLabels } = podSelector ?? {};
    const kube = namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] === 'kube-system';
    if (kube) return matchLabels?.['k8s-app'] === 'kube-dns' ? ['dns'] : ['unknown'];
    // Pods of an operator, called by its namespace.
    return matchLabels
      ? [namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] ?? 'unknown']
      : ['unknown'];
  }
  return named(podSelector);
}

/** `from → to:port` of each rule of that direction, sorted; `anywhere` and `public` lie outside. */
export function allowed(resources: readonly Resource[], direction: 'ingress' | 'egress'): readonly string[] {
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
