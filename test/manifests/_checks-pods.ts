// What is looked for in pods: who they run as, what they may use, how they are probed and stopped.
import type { IContainer, IProbe } from 'kubernetes-models/v1';
import type { Check } from './_check.js';
import { type Workload, workloads } from './_pods.js';
import type { Resource } from './_tree.js';

type Looks = (pod: Workload, all: readonly Resource[]) => readonly string[];

export const ofPods = (names: readonly string[], look: Looks): Check => ({
  names,
  find: (resource, all) => workloads([resource]).flatMap((pod) => look(pod, all)),
});

export const ofContainers = (
  names: readonly string[],
  wrong: (one: IContainer, pod: Workload) => boolean,
): Check => ofPods(names, (pod) => pod.containers.filter((one) => wrong(one, pod)).map(({ name }) => name));

/** Of pods that serve: Jobs have nothing to probe, to spread or to disturb. */
const ofServers = (names: readonly string[], wrong: (pod: Workload) => boolean): Check =>
  ofPods(names, (pod) => (pod.resource.kind !== 'Job' && wrong(pod) ? [pod.resource.kind] : []));

const missing = (kind: 'requests' | 'limits', what: string) => (one: IContainer) =>
  one.resources?.[kind]?.[what] === undefined;

const unprobed = (which: 'livenessProbe' | 'readinessProbe' | 'startupProbe') => (pod: Workload) =>
  pod.spec.containers.some((one) => one[which] === undefined);

/** The port of a probe is none that the container opens. */
const strayPort = (which: 'livenessProbe' | 'readinessProbe' | 'startupProbe') => (pod: Workload) =>
  pod.spec.containers.some(({ [which]: probe, ports }) => {
    const port = (probe?.httpGet ?? probe?.tcpSocket ?? probe?.grpc)?.port;
    return port !== undefined && !(ports ?? []).some((one) => [one.name, one.containerPort].includes(port));
  });

const asked = ({ initialDelaySeconds, periodSeconds, ...what }: IProbe): string => JSON.stringify(what);

const image = (one: IContainer): string => one.image ?? '';

const secretName = /(secret|password|token|key)$/i;

export const podChecks: readonly Check[] = [
  // Who it runs as.
  ofContainers(['kube-linter/run-as-non-root', 'polaris/runAsRootAllowed'], (one, { spec }) => {
    const { runAsNonRoot } = { ...spec.securityContext, ...one.securityContext };
    return runAsNonRoot !== true;
  }),
  ofContainers(['kube-score/container-security-context-user-group-id'], (one, { spec }) => {
    const { runAsUser = 0, runAsGroup = 0 } = { ...spec.securityContext, ...one.securityContext };
    return runAsUser <= 10_000 || runAsGroup <= 10_000;
  }),
  ofContainers(
    [
      'kube-linter/privileged-container',
      'kube-score/container-security-context-privileged',
      'polaris/runAsPrivileged',
    ],
    ({ securityContext }) => securityContext?.privileged === true,
  ),
  ofContainers(
    ['kube-linter/privilege-escalation-container', 'polaris/privilegeEscalationAllowed'],
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  ),
  ofContainers(
    [
      'kube-linter/no-read-only-root-fs',
      'kube-score/container-security-context-readonlyrootfilesystem',
      'polaris/notReadOnlyRootFilesystem',
    ],
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true,
  ),
  ofContainers(
    [
      'kube-linter/drop-net-raw-capability',
      'polaris/dangerousCapabilities',
      'polaris/insecureCapabilities',
      'polaris/linuxHardening',
    ],
    ({ securityContext }) =>
      !securityContext?.capabilities?.drop?.includes('ALL') ||
      // The one that a restricted namespace lets a pod have.
      (securityContext.capabilities.add ?? []).some((one) => one !== 'NET_BIND_SERVICE'),
  ),
  ofContainers(['kube-score/container-seccomp-profile'], (one, { spec }) => {
    const { seccompProfile } = { ...spec.securityContext, ...one.securityContext };
    return seccompProfile?.type !== 'RuntimeDefault';
  }),
  ofContainers(
    ['kube-linter/unsafe-proc-mount', 'polaris/procMount'],
    ({ securityContext }) => securityContext?.procMount !== undefined,
  ),
  ofServers(['kube-linter/unsafe-sysctls'], ({ spec }) => spec.securityContext?.sysctls !== undefined),
  ofPods(['kube-linter/host-network', 'polaris/hostNetworkSet'], ({ spec }) =>
    spec.hostNetwork ? ['hostNetwork'] : [],
  ),
  ofPods(['kube-linter/host-ipc', 'polaris/hostIPCSet'], ({ spec }) => (spec.hostIPC ? ['hostIPC'] : [])),
  ofPods(['kube-linter/host-pid', 'polaris/hostPIDSet'], ({ spec }) => (spec.hostPID ? ['hostPID'] : [])),
  ofContainers(['polaris/hostPortSet'], ({ ports }) =>
    (ports ?? []).some(({ hostPort }) => hostPort !== undefined),
  ),
  ofPods(
    [
      'kube-linter/docker-sock',
      'kube-linter/sensitive-host-mounts',
      'kube-linter/writable-host-mount',
      'polaris/hostPathSet',
    ],
    ({ spec }) =>
      (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name),
  ),
  ofPods(['kube-linter/default-service-account'], ({ spec }) =>
    ['', 'default'].includes(spec.serviceAccountName ?? '') ? ['default'] : [],
  ),
  ofPods(['kube-linter/deprecated-service-account-field'], ({ spec }) =>
    spec.serviceAccount ? ['serviceAccount'] : [],
  ),
  ofPods(['kube-linter/non-existent-service-account'], ({ spec }, all) => {
    const there = all.some(
      ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === spec.serviceAccountName,
    );
    return there ? [] : [String(spec.serviceAccountName)];
  }),
  ofPods(['polaris/automountServiceAccountToken'], ({ spec }) =>
    spec.automountServiceAccountToken === false ? [] : ['automountServiceAccountToken'],
  ),

  // What it is.
  ofContainers(
    ['kube-linter/latest-tag', 'kube-score/container-image-tag', 'polaris/tagNotSpecified'],
    (one) => !/^[a-z0-9./-]+:(?!latest)[\w][\w.-]*$/.test(image(one)),
  ),
  ofContainers(
    ['kube-score/container-image-pull-policy', 'polaris/pullPolicyNotAlways'],
    ({ imagePullPolicy }) => imagePullPolicy !== 'Always',
  ),
  ofContainers(
    ['kube-linter/duplicate-env-var', 'kube-score/environment-variable-key-duplication'],
    ({ env }) => {
      const names = (env ?? []).map(({ name }) => name);
      return new Set(names).size !== names.length;
    },
  ),
  ofContainers(['kube-linter/env-var-secret', 'polaris/sensitiveContainerEnvVar'], ({ env }) =>
    (env ?? []).some(
      ({ name, value }) => secretName.test(name) && value !== undefined && !/\$\(\w+\)/.test(value),
    ),
  ),
  ofContainers(['kube-linter/privileged-ports', 'kube-linter/ssh-port'], ({ ports }) =>
    (ports ?? []).some(({ containerPort }) => containerPort < 1024),
  ),
  ofContainers(['kube-score/container-ports-check'], ({ ports }) => {
    const all = (ports ?? []).flatMap(({ name, containerPort, protocol = 'TCP' }) => [
      name,
      `${containerPort}/${protocol}`,
    ]);
    return all.includes(undefined) || new Set(all).size !== all.length;
  }),

  // What it may use.
  ofContainers(
    ['kube-linter/unset-cpu-requirements', 'kube-score/container-resources', 'polaris/cpuRequestsMissing'],
    missing('requests', 'cpu'),
  ),
  ofContainers(
    [
      'kube-linter/unset-memory-requirements',
      'kube-score/container-resources',
      'polaris/memoryRequestsMissing',
    ],
    missing('requests', 'memory'),
  ),
  ofContainers(['kube-score/container-resources', 'polaris/cpuLimitsMissing'], missing('limits', 'cpu')),
  ofContainers(
    [
      'kube-linter/unset-memory-requirements',
      'kube-score/container-resources',
      'polaris/memoryLimitsMissing',
    ],
    missing('limits', 'memory'),
  ),
  ofContainers(
    ['kube-score/container-ephemeral-storage-request-and-limit'],
    missing('requests', 'ephemeral-storage'),
  ),
  ofContainers(
    ['kube-score/container-ephemeral-storage-request-and-limit'],
    missing('limits', 'ephemeral-storage'),
  ),

  // How it is probed.
  ofServers(['kube-linter/no-liveness-probe', 'polaris/livenessProbeMissing'], unprobed('livenessProbe')),
  ofServers(['kube-linter/no-readiness-probe', 'polaris/readinessProbeMissing'], unprobed('readinessProbe')),
  ofServers(['kube-linter/liveness-port'], strayPort('livenessProbe')),
  ofServers(['kube-linter/readiness-port'], strayPort('readinessProbe')),
  ofServers(['kube-linter/startup-port'], strayPort('startupProbe')),
  ofServers(['kube-score/pod-probes'], ({ spec }) =>
    spec.containers.some(
      ({ livenessProbe: live, readinessProbe: ready }) =>
        live === undefined || ready === undefined || asked(live) === asked(ready),
    ),
  ),

  // Where it runs.
  ofServers(
    [
      'kube-linter/no-anti-affinity',
      'kube-score/deployment-has-host-podantiaffinity',
      'kube-score/statefulset-has-host-podantiaffinity',
    ],
    ({ spec }) => {
      const {
        requiredDuringSchedulingIgnoredDuringExecution: must,
        preferredDuringSchedulingIgnoredDuringExecution: should,
      } = spec.affinity?.podAntiAffinity ?? {};
      const terms = [...(must ?? []), ...(should ?? []).map(({ podAffinityTerm }) => podAffinityTerm)];
      return !terms.some(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname');
    },
  ),
  ofServers(
    ['kube-score/pod-topology-spread-constraints', 'polaris/topologySpreadConstraint'],
    ({ spec, labels }) =>
      !(spec.topologySpreadConstraints ?? []).some(({ labelSelector }) =>
        Object.entries(labelSelector?.matchLabels ?? {}).some(([key, value]) => labels[key] === value),
      ),
  ),
];
