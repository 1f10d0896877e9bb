// What the webhooks of KEDA, cert-manager and the External Secrets Operator refuse, or what they would never get done.
import type { Check } from './_check.js';
import { ofKinds } from './_checks-kinds.js';
import { workloads } from './_pods.js';
import { twice } from './_syntax.js';
import { at, type Resource } from './_tree.js';

const list = (value: unknown, path: string): readonly unknown[] =>
  (at(value, path) ?? []) as readonly unknown[];

const ofKind = (all: readonly Resource[], ...kinds: readonly string[]): readonly Resource[] =>
  all.filter(({ kind }) => kinds.includes(kind));

/** Hours of a duration as Go writes it. */
const hours = (duration: unknown): number => Number(/^(\d+)h$/.exec(String(duration))?.[1] ?? Number.NaN);

const COMMON_NAME_LIMIT = 64;

export const operatorChecks: readonly Check[] = [
  // Two that scale one Deployment undo each other's work; and KEDA makes an autoscaler of its own.
  ofKinds(['ScaledObject', 'HorizontalPodAutoscaler'], ['keda/two-masters'], (one, all) => {
    const masters = ofKind(all, 'ScaledObject', 'HorizontalPodAutoscaler');
    const target = at(one, 'spec.scaleTargetRef.name');
    return masters.filter(({ spec }) => at(spec, 'scaleTargetRef.name') === target).length > 1
      ? [String(target)]
      : [];
  }),
  ofKinds(['ScaledObject'], ['keda/replicas'], ({ spec }) =>
    Number(at(spec, 'minReplicaCount')) <= Number(at(spec, 'maxReplicaCount')) ? [] : ['replicas'],
  ),
  ofKinds(['ScaledObject'], ['keda/triggers'], ({ spec }, all) => {
    const triggers = list(spec, 'triggers');
    const measured = triggers.some((one) => ['cpu', 'memory'].includes(String(at(one, 'type'))));
    const target = workloads(all).find(
      ({ resource }) => resource.metadata.name === at(spec, 'scaleTargetRef.name'),
    );
    const asks = target?.spec.containers.every(({ resources }) => resources?.requests?.['cpu'] !== undefined);
    return [
      ...twice(triggers.map((one) => at(one, 'name'))),
      ...(measured && asks !== true ? ['cpu of who asks for none'] : []),
    ];
  }),
  // A fixed number would take pods away when nobody knows how many are needed.
  ofKinds(['ScaledObject'], ['keda/fallback'], ({ spec }) => {
    const average = list(spec, 'triggers').some((one) => at(one, 'metricType') === 'AverageValue');
    const keeps = at(spec, 'fallback.behavior') === 'currentReplicasIfHigher';
    return at(spec, 'fallback') === undefined || (average && keeps) ? [] : ['fallback'];
  }),
  ofKinds(['Certificate'], ['cert-manager/times'], ({ spec }) => {
    const [lasts, before] = [at(spec, 'duration') ?? '2160h', at(spec, 'renewBefore') ?? '720h'].map(hours);
    return lasts !== undefined && before !== undefined && before >= 1 && before < lasts
      ? []
      : ['renewBefore'];
  }),
  ofKinds(['Certificate'], ['cert-manager/names'], ({ spec }) => {
    const common = String(at(spec, 'commonName') ?? '');
    const any = common !== '' || list(spec, 'dnsNames').length > 0;
    return any && common.length <= COMMON_NAME_LIMIT ? [] : ['commonName'];
  }),
  ofKinds(['Certificate'], ['cert-manager/issuer'], ({ spec }, all) => {
    const [kind, name] = [at(spec, 'issuerRef.kind'), at(spec, 'issuerRef.name')];
    const known =
      kind === 'ClusterIssuer' || ofKind(all, 'Issuer').some(({ metadata }) => metadata.name === name);
    return known ? [] : [String(name)];
  }),
  ofKinds(['Certificate', 'ExternalSecret'], ['cluster/one-secret-two-makers'], (one, all) => {
    const made = ofKind(all, 'Certificate', 'ExternalSecret', 'Secret').map(
      ({ kind, spec, metadata }) =>
        at(spec, 'secretName') ?? at(spec, 'target.name') ?? (kind === 'Secret' ? metadata.name : undefined),
    );
    const own = String(at(one, 'spec.secretName') ?? at(one, 'spec.target.name'));
    return twice(made).includes(own) ? [own] : [];
  }),
];
