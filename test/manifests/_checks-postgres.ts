// What CloudNativePG refuses in a cluster of Postgres, and what would keep it from ever being set up.
import type { Check } from './_check.js';
import { ofKinds } from './_checks-kinds.js';
import { selects } from './_pods.js';
import { amount } from './_quantity.js';
import { at, type Resource } from './_tree.js';

/** Labels that the operator gives to pods and Jobs itself; inherited ones of that name would fight with its own. */
const RESERVED = /^(app\.kubernetes\.io\/(name|instance|version|component|managed-by)|cnpg\.io\/.*)$/;
/** Postgres writes MB for what Kubernetes writes Mi. */
const inKubernetes = (size: unknown): string => String(size).replace(/B$/, 'i');

const list = (value: unknown, path: string): readonly unknown[] =>
  (at(value, path) ?? []) as readonly unknown[];

/** Roles of a cluster with the names of the Secrets that hold their passwords. */
const rolesOf = (cluster: Resource | undefined): readonly (readonly [role: unknown, secret: unknown])[] => [
  [at(cluster, 'spec.bootstrap.initdb.owner'), at(cluster, 'spec.bootstrap.initdb.secret.name')],
  ...list(cluster, 'spec.managed.roles').map(
    (role) => [at(role, 'name'), at(role, 'passwordSecret.name')] as const,
  ),
];

export const postgresChecks: readonly Check[] = [
  ofKinds(['Cluster'], ['cnpg/labels'], ({ spec }) =>
    Object.keys((at(spec, 'inheritedMetadata.labels') ?? {}) as object).filter((key) => RESERVED.test(key)),
  ),
  // The Jobs that set servers up have the operator's labels alone, and must reach the API of the cluster.
  ofKinds(['Cluster'], ['cnpg/reached'], ({ metadata }, all) => {
    const labels = { 'cnpg.io/cluster': metadata.name };
    const directions = all
      .filter(({ kind, spec }) => {
        const selector = (at(spec, 'podSelector.matchLabels') ?? {}) as Readonly<Record<string, string>>;
        return kind === 'NetworkPolicy' && Object.keys(selector).length > 0 && selects(selector, labels);
      })
      .flatMap(({ spec }) => list(spec, 'policyTypes'));
    return ['Ingress', 'Egress'].filter((direction) => !directions.includes(direction));
  }),
  ofKinds(['Cluster'], ['cnpg/roles'], (cluster, all) =>
    rolesOf(cluster).flatMap(([role, secret]) => {
      const made = all.find(
        ({ kind, spec }) => kind === 'ExternalSecret' && at(spec, 'target.name') === secret,
      );
      const isBasic = at(made, 'spec.target.template.type') === 'kubernetes.io/basic-auth';
      return isBasic && at(made, 'spec.target.template.data.username') === role ? [] : [String(role)];
    }),
  ),
  ofKinds(['Database'], ['cnpg/owners'], ({ spec }, all) => {
    const cluster = all.find(
      ({ kind, metadata }) => kind === 'Cluster' && metadata.name === at(spec, 'cluster.name'),
    );
    return rolesOf(cluster).some(([role]) => role === at(spec, 'owner')) ? [] : [String(at(spec, 'owner'))];
  }),
  ofKinds(['Cluster'], ['cnpg/numbers'], ({ spec }) => {
    const acknowledging =
      Number(at(spec, 'postgresql.synchronous.number') ?? 0) < Number(at(spec, 'instances'));
    const buffers = amount(inKubernetes(at(spec, 'postgresql.parameters.shared_buffers')));
    const memory = amount(at(spec, 'resources.requests.memory'));
    const fits = buffers !== undefined && memory !== undefined && buffers <= memory;
    const stops = Number(at(spec, 'smartShutdownTimeout')) < Number(at(spec, 'stopDelay'));
    return acknowledging && fits && stops ? [] : ['numbers'];
  }),
];
