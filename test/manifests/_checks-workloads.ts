// What the API server refuses in the objects that make and scale pods, at the first apply or at the second.
import type { IHorizontalPodAutoscalerSpec } from 'kubernetes-models/autoscaling/v2';
import type { Check } from './_check.js';
import { ofKinds } from './_checks-kinds.js';
import { selects } from './_pods.js';
import { amount } from './_quantity.js';
import { at } from './_tree.js';

const WINDOW_LIMIT_S = 3_600;
const PERIOD_LIMIT_S = 1_800;

type Labels = Readonly<Record<string, string>>;
type Behavior = NonNullable<IHorizontalPodAutoscalerSpec['behavior']>;

/** A label that another version has otherwise must not be in a selector, which cannot be changed. */
const LASTING: readonly string[] = ['app.kubernetes.io/name'];

const isWrongBehavior = (rules: Behavior['scaleUp']): boolean => {
  const { stabilizationWindowSeconds = 0, policies = [] } = rules ?? {};
  const bounded = policies.every(
    ({ value, periodSeconds }) => value > 0 && periodSeconds > 0 && periodSeconds <= PERIOD_LIMIT_S,
  );
  const some = rules?.policies === undefined || policies.length > 0;
  return !(
    bounded &&
    some &&
    stabilizationWindowSeconds >= 0 &&
    stabilizationWindowSeconds <= WINDOW_LIMIT_S
  );
};

const isWrongMetric = (metric: NonNullable<IHorizontalPodAutoscalerSpec['metrics']>[number]): boolean => {
  const kind = metric.type.charAt(0).toLowerCase() + metric.type.slice(1);
  const { type = '', ...values } = (at(metric, `${kind}.target`) ?? {}) as Readonly<Record<string, unknown>>;
  const field = { Utilization: 'averageUtilization', AverageValue: 'averageValue', Value: 'value' }[
    String(type)
  ];
  const target = field === undefined ? undefined : amount(values[field]);
  // Pods have an average only, and what is outside of them has no utilization.
  const fits = kind === 'resource' || (kind === 'pods' ? type === 'AverageValue' : type !== 'Utilization');
  return !(Object.keys(values).length === 1 && target !== undefined && target > 0 && fits);
};

export const workloadChecks: readonly Check[] = [
  ofKinds(['Deployment', 'StatefulSet'], ['api-server/selector'], ({ spec }) => {
    const selector = (at(spec, 'selector.matchLabels') ?? {}) as Labels;
    const labels = (at(spec, 'template.metadata.labels') ?? {}) as Labels;
    return Object.keys(selector).length > 0 && selects(selector, labels) ? [] : ['selector'];
  }),
  ofKinds(['Deployment', 'StatefulSet'], ['api-server/immutable-selector'], ({ spec }) =>
    Object.keys((at(spec, 'selector.matchLabels') ?? {}) as Labels).filter((key) => !LASTING.includes(key)),
  ),
  ofKinds(['Deployment'], ['api-server/strategy'], ({ spec }) => {
    const [surge, away] = ['maxSurge', 'maxUnavailable'].map((name) =>
      at(spec, `strategy.rollingUpdate.${name}`),
    );
    const moves = ![surge, away].every((one) => [0, '0', '0%'].includes(one as string | number));
    const waits =
      Number(at(spec, 'progressDeadlineSeconds') ?? 600) > Number(at(spec, 'minReadySeconds') ?? 0);
    return moves && waits ? [] : ['strategy'];
  }),
  ofKinds(['StatefulSet'], ['api-server/volume-claims'], ({ spec }) =>
    ((at(spec, 'volumeClaimTemplates') ?? []) as unknown[]).flatMap((claim) => {
      const size = amount(at(claim, 'spec.resources.requests.storage'));
      const modes = (at(claim, 'spec.accessModes') ?? []) as unknown[];
      return (size ?? 0) > 0 && modes.length > 0 ? [] : [String(at(claim, 'metadata.name'))];
    }),
  ),
  ofKinds(['Job'], ['api-server/job'], ({ spec }) => {
    const own = ['selector', 'manualSelector'].filter((name) => at(spec, name) !== undefined);
    const counts = ['ttlSecondsAfterFinished', 'backoffLimit', 'activeDeadlineSeconds'];
    return [...own, ...counts.filter((name) => Number(at(spec, name) ?? 1) < 0)];
  }),
  // Its template cannot be changed: the next version needs it gone, by itself or by the command of the README.
  ofKinds(['Job'], ['api-server/second-apply'], ({ spec, metadata }) => {
    const { 'app.kubernetes.io/component': component } = metadata.labels ?? {};
    const goes = Number(at(spec, 'ttlSecondsAfterFinished') ?? Number.POSITIVE_INFINITY) <= 300;
    return goes && component === 'preparation' ? [] : ['stays'];
  }),
  ofKinds(['HorizontalPodAutoscaler'], ['api-server/autoscaler'], ({ spec }) => {
    const {
      minReplicas = 1,
      maxReplicas,
      metrics = [],
      behavior = {},
    } = spec as IHorizontalPodAutoscalerSpec;
    return [
      ...(minReplicas >= 1 && minReplicas <= maxReplicas ? [] : ['replicas']),
      ...metrics.filter(isWrongMetric).map(({ type }) => type),
      ...[behavior.scaleUp, behavior.scaleDown].filter(isWrongBehavior).map(() => 'behavior'),
    ];
  }),
  ofKinds(['PodDisruptionBudget'], ['api-server/disruption-budget'], ({ spec }) => {
    const given = ['minAvailable', 'maxUnavailable'].filter((name) => at(spec, name) !== undefined);
    // An empty selector is every pod of the namespace.
    const selector = (at(spec, 'selector.matchLabels') ?? {}) as Labels;
    return given.length === 1 && Object.keys(selector).length > 0 ? [] : ['budget'];
  }),
];
