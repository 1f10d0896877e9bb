// What the API server and the kubelet refuse in pods, or take and then do something else with.
import type { IContainer, IProbe } from 'kubernetes-models/v1';
import type { Check } from './_check.js';
import { ofContainers, ofPods } from './_checks-pods.js';
import type { Workload } from './_pods.js';
import { amount } from './_quantity.js';
import { isLabel, isPortName, isVariable, twice } from './_syntax.js';
import { at } from './_tree.js';

const FIELDS =
  /^(metadata\.(name|namespace|uid|(labels|annotations)\['.+'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;
const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;

const handlers = (value: unknown): number =>
  ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'].filter((kind) => at(value, kind) !== undefined).length;

/** Claims of a StatefulSet are volumes of its pods. */
const claims = ({ resource }: Workload): readonly string[] =>
  ((at(resource, 'spec.volumeClaimTemplates') ?? []) as unknown[]).map((one) =>
    String(at(one, 'metadata.name')),
  );

const isWrongProbe = (which: string, probe: IProbe, { ports }: IContainer): boolean => {
  const { httpGet, tcpSocket, periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe;
  const port = (httpGet ?? tcpSocket)?.port;
  const named = typeof port !== 'string' || (ports ?? []).some(({ name }) => name === port);
  const once = which === 'readinessProbe' || (probe.successThreshold ?? 1) === 1;
  const grace = which !== 'readinessProbe' || probe.terminationGracePeriodSeconds === undefined;
  const positive = Math.min(periodSeconds, timeoutSeconds, failureThreshold) >= 1;
  const absolute = httpGet === undefined || httpGet.path?.startsWith('/') === true;
  return !(handlers(probe) === 1 && named && once && grace && positive && absolute);
};

const isWrongResource = ({ resources }: IContainer): boolean => {
  const { requests = {}, limits = {} } = resources ?? {};
  const known = [...Object.keys(requests), ...Object.keys(limits)].every((name) =>
    ['cpu', 'memory', 'ephemeral-storage'].includes(name),
  );
  const amounts = [...Object.values(requests), ...Object.values(limits)].map(amount);
  const fits = Object.entries(requests).every(
    ([name, asked]) => (amount(asked) ?? 0) <= (amount(limits[name]) ?? Number.POSITIVE_INFINITY),
  );
  return !(known && fits && amounts.every((one) => one !== undefined));
};

export const podSpecChecks: readonly Check[] = [
  ofPods(['api-server/names-in-pods'], ({ spec, containers }) => [
    ...containers.map(({ name }) => name).filter((name) => !isLabel(name)),
    ...(spec.volumes ?? []).map(({ name }) => name).filter((name) => !isLabel(name)),
    ...containers.flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ name = '' }) => (isPortName(name) ? [] : [name])),
    ),
    ...containers.flatMap(({ env }) => (env ?? []).flatMap(({ name }) => (isVariable(name) ? [] : [name]))),
  ]),
  ofPods(['api-server/twice-in-pods'], (pod) => [
    ...twice(pod.containers.map(({ name }) => name)),
    ...twice([...(pod.spec.volumes ?? []).map(({ name }) => name), ...claims(pod)]),
    ...pod.containers.flatMap(({ volumeMounts }) => twice((volumeMounts ?? []).map((one) => one.mountPath))),
  ]),
  ofPods(['api-server/mounts'], (pod) => {
    const volumes = [...(pod.spec.volumes ?? []).map(({ name }) => name), ...claims(pod)];
    return pod.containers.flatMap(({ volumeMounts }) =>
      (volumeMounts ?? []).flatMap(({ name, mountPath }) =>
        volumes.includes(name) && /^\/[^:]+$/.test(mountPath) ? [] : [`${name} at ${mountPath}`],
      ),
    );
  }),
  ofPods(['api-server/volumes'], ({ spec }) =>
    (spec.volumes ?? []).flatMap(({ name, ...sources }) => {
      const { sizeLimit = '0', medium = '' } = sources.emptyDir ?? {};
      const sized = amount(sizeLimit) !== undefined && ['', 'Memory'].includes(medium);
      return sized && Object.keys(sources).length === 1 ? [] : [name];
    }),
  ),
  ofContainers(['api-server/probes'], (one) =>
    PROBES.some((which) => {
      const probe = one[which];
      return probe !== undefined && isWrongProbe(which, probe, one);
    }),
  ),
  ofContainers(['api-server/lifecycle'], ({ lifecycle }, { spec }) => {
    const { preStop, postStart } = lifecycle ?? {};
    const { terminationGracePeriodSeconds: grace = 30 } = spec;
    const seconds = preStop?.sleep?.seconds ?? 1;
    const single = [preStop, postStart].every((one) => one === undefined || handlers(one) === 1);
    return !(single && seconds > 0 && seconds < grace);
  }),
  ofContainers(['api-server/resources'], isWrongResource),
  ofContainers(['api-server/environment'], ({ env }) =>
    (env ?? []).some(({ value, valueFrom }) => {
      const { fieldRef } = valueFrom ?? {};
      const single = Object.keys(valueFrom ?? {}).length === (value === undefined ? 1 : 0);
      return !single || (fieldRef !== undefined && !FIELDS.test(fieldRef.fieldPath));
    }),
  ),
  ofPods(['api-server/restart-policy'], ({ resource, spec }) => {
    const { restartPolicy = 'Always', activeDeadlineSeconds } = spec;
    const fits = (resource.kind === 'Job') === (restartPolicy !== 'Always');
    return fits && activeDeadlineSeconds === undefined ? [] : [restartPolicy];
  }),
  ofPods(['api-server/topology-spread'], ({ resource, spec }) => {
    const all = spec.topologySpreadConstraints ?? [];
    const wrong = all.filter(
      ({ maxSkew, minDomains, whenUnsatisfiable, matchLabelKeys = [], labelSelector }) => {
        const selected = Object.keys(labelSelector?.matchLabels ?? {});
        // Pods of a Deployment alone have this label; asked of others, it is passed over in silence.
        const hashed = resource.kind === 'Deployment' || !matchLabelKeys.includes('pod-template-hash');
        const apart = matchLabelKeys.every((key) => !selected.includes(key)) && selected.length > 0;
        const domains = minDomains === undefined || whenUnsatisfiable === 'DoNotSchedule';
        return !(maxSkew >= 1 && hashed && apart && domains);
      },
    );
    const keys = all.map(({ topologyKey, whenUnsatisfiable }) => `${topologyKey} ${whenUnsatisfiable}`);
    return [...wrong.map(({ topologyKey }) => topologyKey), ...twice(keys)];
  }),
  // Without it the volume belongs to root, and the user of the pod cannot write to it.
  ofPods(['kubelet/owner-of-volumes'], ({ spec }) =>
    (spec.volumes ?? []).length > 0 && spec.securityContext?.fsGroup === undefined ? ['fsGroup'] : [],
  ),
];
