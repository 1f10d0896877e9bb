// What is looked for in objects and between them: that each points at something, and that what must stand beside it does.
import type { IDeploymentSpec } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscalerSpec } from 'kubernetes-models/autoscaling/v2';
import type { INetworkPolicyPeer, INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudgetSpec } from 'kubernetes-models/policy/v1';
import type { IServiceSpec } from 'kubernetes-models/v1';
import type { Check } from './_check.js';
import { nameOf, selects, servers, workloads } from './_pods.js';
import { at, type Resource } from './_tree.js';

function ofKind<S>(
  kind: string,
  names: readonly string[],
  wrong: (spec: S, all: readonly Resource[], one: Resource) => boolean,
): Check {
  return {
    names,
    find: (one, all) => (one.kind === kind && wrong(one['spec'] as S, all, one) ? [kind] : []),
  };
}

/** Of kinds that a cluster grants rights with. There are none here; one that came would have to be looked at. */
const none = (names: readonly string[], kinds: RegExp): Check => ({
  names,
  find: ({ kind }) => (kinds.test(kind) ? [`no check for ${kind} is written`] : []),
});

/** Pods that a workload makes, or the operator of Postgres for one of its clusters. */
const picked = (selector: unknown, all: readonly Resource[]): boolean =>
  workloads(all).some(({ labels }) => selects(selector, labels)) ||
  all.some(
    ({ kind, metadata }) => kind === 'Cluster' && selects(selector, { 'cnpg.io/cluster': metadata.name }),
  );

const budgetOf = (deployment: Resource, all: readonly Resource[]): Resource | undefined => {
  const labels = (at(deployment, 'spec.template.metadata.labels') ?? {}) as Record<string, string>;
  return all.find(
    ({ kind, spec }) => kind === 'PodDisruptionBudget' && selects(at(spec, 'selector.matchLabels'), labels),
  );
};

const scaled = (one: Resource, all: readonly Resource[]): boolean =>
  all.some(
    ({ kind, spec }) =>
      ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind) &&
      at(spec, 'scaleTargetRef.name') === one.metadata.name,
  );

const peersOf = ({ ingress, egress }: INetworkPolicySpec): readonly INetworkPolicyPeer[] => [
  ...(ingress ?? []).flatMap(({ from }) => from ?? []),
  ...(egress ?? []).flatMap(({ to }) => to ?? []),
];

/** Pods that policies allow for and that a component of another overlay, an operator or somebody else may bring. */
const ELSEWHERE: readonly string[] = ['otel-collector', 'postgres'];

const few = (one: Resource, all: readonly Resource[], least: number): boolean =>
  !scaled(one, all) && Number(at(one, 'spec.replicas') ?? 1) < least;

export const objectChecks: readonly Check[] = [
  none(
    [
      'kube-linter/access-to-secrets',
      'kube-linter/access-to-create-pods',
      'kube-linter/cluster-admin-role-binding',
      'kube-linter/wildcard-in-rules',
      'polaris/clusterrolebindingClusterAdmin',
      'polaris/rolebindingClusterAdminRole',
    ],
    /^(Cluster)?Role(Binding)?$/,
  ),
  none(['kube-linter/scc-deny-privileged-container'], /^SecurityContextConstraints$/),
  none(
    ['kube-score/ingress-targets-service', 'kube-linter/dangling-ingress', 'polaris/tlsSettingsMissing'],
    /^Ingress$/,
  ),
  none(['kube-score/cronjob-has-deadline', 'kube-score/cronjob-restartpolicy'], /^CronJob$/),

  // Objects as such.
  {
    names: ['kube-linter/use-namespace'],
    find: ({ kind, metadata }) =>
      kind === 'Namespace' || metadata.namespace === 'mooring' ? [] : [String(metadata.namespace)],
  },
  {
    names: ['kube-linter/no-extensions-v1beta', 'kube-score/stable-version'],
    find: ({ apiVersion }) =>
      /^(([a-z]+|[a-z.]+\.k8s\.io)\/)?v\d+(alpha|beta)\d*$/.test(apiVersion) ? [apiVersion] : [],
  },
  {
    names: ['kube-score/label-values'],
    find: ({ metadata }) =>
      Object.values(metadata.labels ?? {}).filter(
        (text) => !/^([A-Za-z0-9][\w.-]{0,61}[A-Za-z0-9])?$/.test(text),
      ),
  },
  ofKind<unknown>('ConfigMap', ['polaris/sensitiveConfigmapContent'], (_, __, { data }) =>
    Object.keys((data ?? {}) as object).some((key) => /(PASSWORD|SECRET|TOKEN|_KEY)$/.test(key)),
  ),
  ofKind<{ ttlSecondsAfterFinished?: number }>(
    'Job',
    ['kube-linter/job-ttl-seconds-after-finished'],
    ({ ttlSecondsAfterFinished }) => ttlSecondsAfterFinished === undefined,
  ),

  // Deployments and what stands beside them.
  ofKind<IDeploymentSpec>(
    'Deployment',
    [
      'kube-linter/mismatching-selector',
      'kube-score/deployment-pod-selector-labels-match-template-metadata-labels',
    ],
    (spec, all, one) =>
      workloads(all).some(
        ({ resource, labels }) => resource === one && !selects(spec.selector.matchLabels, labels),
      ),
  ),
  ofKind<IDeploymentSpec>(
    'Deployment',
    ['kube-linter/no-rolling-update-strategy', 'polaris/deploymentStrategy'],
    ({ strategy }) => strategy?.type !== 'RollingUpdate',
  ),
  ofKind<unknown>('Deployment', ['kube-linter/minimum-three-replicas'], (_, all, one) => few(one, all, 3)),
  ofKind<unknown>('StatefulSet', ['kube-linter/minimum-three-replicas'], (_, all, one) => few(one, all, 3)),
  ofKind<unknown>(
    'Deployment',
    ['polaris/deploymentMissingReplicas', 'kube-score/deployment-replicas'],
    (_, all, one) => few(one, all, 2),
  ),
  ofKind<unknown>('StatefulSet', ['polaris/deploymentMissingReplicas'], (_, all, one) => few(one, all, 2)),
  ofKind<IDeploymentSpec>(
    'Deployment',
    ['kube-score/deployment-targeted-by-hpa-does-not-have-replicas-configured'],
    ({ replicas }, all, one) => scaled(one, all) && replicas !== undefined,
  ),
  ofKind<unknown>(
    'Deployment',
    ['kube-score/deployment-has-poddisruptionbudget', 'polaris/missingPodDisruptionBudget'],
    (_, all, one) => budgetOf(one, all) === undefined,
  ),
  ofKind<unknown>(
    'StatefulSet',
    ['kube-score/statefulset-has-poddisruptionbudget'],
    (_, all, one) => budgetOf(one, all) === undefined,
  ),
  ofKind<{ serviceName?: string }>(
    'StatefulSet',
    ['kube-score/statefulset-has-servicename'],
    ({ serviceName }, all) =>
      !all.some(
        ({ kind, metadata, spec }) =>
          kind === 'Service' && metadata.name === serviceName && at(spec, 'clusterIP') === 'None',
      ),
  ),

  // Budgets and autoscalers.
  ofKind<IPodDisruptionBudgetSpec>(
    'PodDisruptionBudget',
    ['kube-linter/pdb-max-unavailable', 'polaris/pdbDisruptionsIsZero'],
    ({ maxUnavailable }) => [0, '0%', '0'].includes(maxUnavailable ?? ''),
  ),
  ofKind<IPodDisruptionBudgetSpec>(
    'PodDisruptionBudget',
    ['kube-linter/pdb-min-available', 'polaris/pdbMinAvailableGreaterThanHPAMinReplicas'],
    ({ minAvailable }) => minAvailable !== undefined,
  ),
  ofKind<IPodDisruptionBudgetSpec>(
    'PodDisruptionBudget',
    ['kube-linter/pdb-unhealthy-pod-eviction-policy'],
    ({ unhealthyPodEvictionPolicy }) => unhealthyPodEvictionPolicy === undefined,
  ),
  ofKind<IPodDisruptionBudgetSpec>(
    'PodDisruptionBudget',
    ['kube-score/poddisruptionbudget-has-policy'],
    ({ minAvailable, maxUnavailable }) => minAvailable === undefined && maxUnavailable === undefined,
  ),
  ofKind<IHorizontalPodAutoscalerSpec>(
    'HorizontalPodAutoscaler',
    ['kube-linter/dangling-horizontalpodautoscaler', 'kube-score/horizontalpodautoscaler-has-target'],
    ({ scaleTargetRef }, all) =>
      !all.some(
        ({ kind, apiVersion, metadata }) =>
          kind === scaleTargetRef.kind &&
          apiVersion === scaleTargetRef.apiVersion &&
          metadata.name === scaleTargetRef.name,
      ),
  ),
  ofKind<IHorizontalPodAutoscalerSpec>(
    'HorizontalPodAutoscaler',
    ['kube-linter/hpa-minimum-three-replicas'],
    ({ minReplicas = 1 }) => minReplicas < 3,
  ),
  ofKind<IHorizontalPodAutoscalerSpec>(
    'HorizontalPodAutoscaler',
    ['polaris/hpaMinAvailability', 'kube-score/horizontalpodautoscaler-replicas'],
    ({ minReplicas = 1 }) => minReplicas < 2,
  ),
  ofKind<IHorizontalPodAutoscalerSpec>(
    'HorizontalPodAutoscaler',
    ['polaris/hpaMaxAvailability'],
    ({ minReplicas = 1, maxReplicas }) => maxReplicas <= minReplicas,
  ),

  // Services and policies.
  ofKind<IServiceSpec>(
    'Service',
    ['kube-linter/dangling-service', 'kube-score/service-targets-pod'],
    ({ selector }, all) => selector === undefined || !picked(selector, all),
  ),
  ofKind<IServiceSpec>('Service', ['kube-linter/invalid-target-ports'], ({ selector, ports }, all) =>
    (ports ?? []).some(
      ({ targetPort }) =>
        !servers(all).some(
          (pod) =>
            selects(selector, pod.labels) &&
            pod.spec.containers.some((one) => one.ports?.some(({ name }) => name === targetPort)),
        ),
    ),
  ),
  ofKind<IServiceSpec>('Service', ['kube-linter/exposed-services', 'kube-score/service-type'], ({ type }) =>
    ['NodePort', 'LoadBalancer'].includes(type ?? ''),
  ),
  {
    names: ['kube-linter/non-isolated-pod', 'kube-score/pod-networkpolicy', 'polaris/missingNetworkPolicy'],
    find: (one, all) =>
      workloads([one])
        .filter(
          (pod) =>
            !all.some(
              ({ kind, spec }) =>
                kind === 'NetworkPolicy' &&
                at(spec, 'podSelector.matchLabels') !== undefined &&
                selects(at(spec, 'podSelector.matchLabels'), pod.labels),
            ),
        )
        .map(nameOf),
  },
  ofKind<INetworkPolicySpec>(
    'NetworkPolicy',
    ['kube-linter/dangling-networkpolicy', 'kube-score/networkpolicy-targets-pod'],
    ({ podSelector }, all) =>
      podSelector?.matchExpressions === undefined &&
      !ELSEWHERE.includes(podSelector?.matchLabels?.['app.kubernetes.io/name'] ?? '') &&
      !picked(podSelector?.matchLabels, all),
  ),
  ofKind<INetworkPolicySpec>(
    'NetworkPolicy',
    ['kube-linter/dangling-networkpolicypeer-podselector'],
    (spec, all) =>
      peersOf(spec).some(
        ({ podSelector, namespaceSelector }) =>
          podSelector !== undefined &&
          namespaceSelector === undefined &&
          !ELSEWHERE.includes(podSelector.matchLabels?.['app.kubernetes.io/name'] ?? '') &&
          !picked(podSelector.matchLabels, all),
      ),
  ),
];
