// The checks of kube-linter, kube-score and polaris by their names, and what the API server, the kubelet and operators refuse,
// as one table: what each looks for, said once where several look for the same.
import type { Check } from './_check.js';
import { gatewayChecks } from './_checks-gateway.js';
import { imageChecks } from './_checks-images.js';
import { nameChecks } from './_checks-names.js';
import { objectChecks } from './_checks-objects.js';
import { operatorChecks } from './_checks-operators.js';
import { podSpecChecks } from './_checks-pod-spec.js';
import { podChecks } from './_checks-pods.js';
import { postgresChecks } from './_checks-postgres.js';
import { restrictedChecks } from './_checks-restricted.js';
import { serviceChecks } from './_checks-services.js';
import { workloadChecks } from './_checks-workloads.js';
import { type Resource, titleOf } from './_tree.js';

/** Of the tools: their findings may be excepted by an annotation. */
const advice: readonly Check[] = [...podChecks, ...objectChecks];
/** Of the cluster: nothing excepts from these. */
const demands: readonly Check[] = [
  ...nameChecks,
  ...podSpecChecks,
  ...restrictedChecks,
  ...imageChecks,
  ...workloadChecks,
  ...serviceChecks,
  ...gatewayChecks,
  ...operatorChecks,
  ...postgresChecks,
];

export const checks: readonly Check[] = [...advice, ...demands];

/** One line per finding that no annotation excepts: `tool/check Kind/name: what`. */
export function findings(
  resources: readonly Resource[],
  table: readonly Check[] = checks,
): readonly string[] {
  return table.flatMap(({ names, find }) =>
    resources.flatMap((resource) => {
      const found = find(resource, resources);
      if (found.length === 0) return [];
      const open = names.filter((name) => !exceptions(resource).includes(name));
      return open.flatMap((name) => found.map((what) => `${name} ${titleOf(resource)}: ${what}`));
    }),
  );
}

/** Names of the checks that the annotations of an object except it from, in the form that each tool reads. */
export function exceptions({ metadata }: Resource): readonly string[] {
  return Object.entries(metadata.annotations ?? {}).flatMap(([key, value]) => {
    const [prefix, name = ''] = key.split('/');
    if (prefix === 'ignore-check.kube-linter.io') return [`kube-linter/${name}`];
    if (prefix === 'polaris.fairwinds.com') return [`polaris/${name.replace(/-exempt$/, '')}`];
    return key === 'kube-score/ignore' ? value.split(',').map((one) => `kube-score/${one.trim()}`) : [];
  });
}
