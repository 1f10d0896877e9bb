// One way for each check to find something: what the manifests would have to say.

const pod = '/spec/template/spec';
const container = `${pod}/containers/0`;
const drop = (path: string): object => ({ op: 'remove', path });
const put = (path: string, value: unknown): object => ({ op: 'replace', path, value });
const add = (path: string, value: unknown): object => ({ op: 'add', path, value });

/** Name of a check, the object of the production overlay that is spoilt, and how. */
export const spoilt: readonly (readonly [string, string, readonly object[]])[] = [
  ['kube-linter/run-as-non-root', 'Deployment/edge', [put(`${pod}/securityContext/runAsNonRoot`, false)]],
  [
    'kube-score/container-security-context-user-group-id',
    'Deployment/edge',
    [put(`${pod}/securityContext/runAsUser`, 1000)],
  ],
  ['polaris/runAsPrivileged', 'Deployment/edge', [add(`${container}/securityContext/privileged`, true)]],
  [
    'polaris/privilegeEscalationAllowed',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/securityContext/allowPrivilegeEscalation` }],
  ],
  [
    'kube-linter/no-read-only-root-fs',
    'Job/streams',
    [{ op: 'remove', path: `${container}/securityContext/readOnlyRootFilesystem` }],
  ],
  [
    'kube-linter/drop-net-raw-capability',
    'Deployment/api',
    [put(`${container}/securityContext/capabilities/drop`, ['NET_RAW'])],
  ],
  [
    'kube-score/container-seccomp-profile',
    'Deployment/api',
    [{ op: 'remove', path: `${pod}/securityContext/seccompProfile` }],
  ],
  [
    'kube-linter/unsafe-proc-mount',
    'Deployment/api',
    [add(`${container}/securityContext/procMount`, 'Unmasked')],
  ],
  ['kube-linter/unsafe-sysctls', 'Deployment/api', [add(`${pod}/securityContext/sysctls`, [])]],
  ['kube-linter/host-network', 'Deployment/edge', [add(`${pod}/hostNetwork`, true)]],
  ['kube-linter/host-ipc', 'Deployment/edge', [add(`${pod}/hostIPC`, true)]],
  ['kube-linter/host-pid', 'Deployment/edge', [add(`${pod}/hostPID`, true)]],
  ['polaris/hostPortSet', 'Deployment/edge', [add(`${container}/ports/0/hostPort`, 80)]],
  [
    'kube-linter/docker-sock',
    'Deployment/edge',
    [add(`${pod}/volumes/-`, { name: 'host', hostPath: { path: '/' } })],
  ],
  [
    'kube-linter/default-service-account',
    'Deployment/edge',
    [{ op: 'remove', path: `${pod}/serviceAccountName` }],
  ],
  ['kube-linter/deprecated-service-account-field', 'Deployment/edge', [add(`${pod}/serviceAccount`, 'edge')]],
  ['kube-linter/non-existent-service-account', 'Deployment/edge', [put(`${pod}/serviceAccountName`, 'egde')]],
  [
    'polaris/automountServiceAccountToken',
    'Deployment/edge',
    [{ op: 'remove', path: `${pod}/automountServiceAccountToken` }],
  ],
  ['kube-linter/latest-tag', 'Deployment/edge', [put(`${container}/image`, 'mooring/edge')]],
  [
    'kube-score/container-image-pull-policy',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/imagePullPolicy` }],
  ],
  [
    'kube-linter/duplicate-env-var',
    'Deployment/edge',
    [add(`${container}/env/-`, { name: 'NATS_URL', value: '' })],
  ],
  [
    'kube-linter/env-var-secret',
    'Deployment/edge',
    [add(`${container}/env/-`, { name: 'A_SECRET', value: 'x' })],
  ],
  ['kube-linter/privileged-ports', 'Deployment/edge', [put(`${container}/ports/0/containerPort`, 22)]],
  [
    'kube-score/container-ports-check',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/ports/0/name` }],
  ],
  [
    'kube-linter/unset-cpu-requirements',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/resources/requests/cpu` }],
  ],
  [
    'polaris/memoryRequestsMissing',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/resources/requests/memory` }],
  ],
  [
    'polaris/cpuLimitsMissing',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/resources/limits/cpu` }],
  ],
  [
    'polaris/memoryLimitsMissing',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/resources/limits/memory` }],
  ],
  [
    'kube-score/container-ephemeral-storage-request-and-limit',
    'Job/streams',
    [{ op: 'remove', path: `${container}/resources/limits/ephemeral-storage` }],
  ],
  [
    'kube-linter/no-liveness-probe',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/livenessProbe` }],
  ],
  [
    'kube-linter/no-readiness-probe',
    'Deployment/edge',
    [{ op: 'remove', path: `${container}/readinessProbe` }],
  ],
  ['kube-linter/liveness-port', 'Deployment/edge', [put(`${container}/livenessProbe/httpGet/port`, 1)]],
  ['kube-linter/readiness-port', 'Deployment/edge', [put(`${container}/readinessProbe/httpGet/port`, 1)]],
  ['kube-linter/startup-port', 'Deployment/edge', [put(`${container}/startupProbe/httpGet/port`, 1)]],
  [
    'kube-score/pod-probes',
    'Deployment/edge',
    [
      put(`${container}/livenessProbe`, { httpGet: { port: 'health' } }),
      put(`${container}/readinessProbe`, { httpGet: { port: 'health' } }),
    ],
  ],
  ['kube-linter/no-anti-affinity', 'StatefulSet/nats', [{ op: 'remove', path: `${pod}/affinity` }]],
  [
    'kube-score/pod-topology-spread-constraints',
    'StatefulSet/nats',
    [{ op: 'remove', path: `${pod}/topologySpreadConstraints` }],
  ],
  ['kube-linter/access-to-secrets', 'Service/edge', [put('/kind', 'ClusterRole')]],
  ['kube-linter/scc-deny-privileged-container', 'Service/edge', [put('/kind', 'SecurityContextConstraints')]],
  ['kube-score/ingress-targets-service', 'Service/edge', [put('/kind', 'Ingress')]],
  ['kube-score/cronjob-has-deadline', 'Service/edge', [put('/kind', 'CronJob')]],
  ['kube-linter/use-namespace', 'Service/edge', [drop('/metadata/namespace')]],
  ['kube-score/stable-version', 'Service/edge', [put('/apiVersion', 'v1beta1')]],
  ['kube-score/label-values', 'Service/edge', [add('/metadata/labels/x', 'a b')]],
  ['polaris/sensitiveConfigmapContent', 'ConfigMap/edge', [add('/data/EDGE_SECRET', 'x')]],
  ['kube-linter/job-ttl-seconds-after-finished', 'Job/streams', [drop('/spec/ttlSecondsAfterFinished')]],
  ['kube-linter/mismatching-selector', 'Deployment/edge', [add('/spec/selector/matchLabels/x', 'y')]],
  [
    'kube-linter/no-rolling-update-strategy',
    'Deployment/edge',
    [put('/spec/strategy', { type: 'Recreate' })],
  ],
  ['kube-linter/minimum-three-replicas', 'StatefulSet/nats', [put('/spec/replicas', 2)]],
  ['polaris/deploymentMissingReplicas', 'StatefulSet/nats', [drop('/spec/replicas')]],
  [
    'kube-score/deployment-targeted-by-hpa-does-not-have-replicas-configured',
    'Deployment/edge',
    [add('/spec/replicas', 3)],
  ],
  ['kube-score/statefulset-has-servicename', 'StatefulSet/nats', [drop('/spec/serviceName')]],
  ['kube-linter/pdb-max-unavailable', 'PodDisruptionBudget/edge', [put('/spec/maxUnavailable', 0)]],
  ['kube-linter/pdb-min-available', 'PodDisruptionBudget/edge', [add('/spec/minAvailable', 3)]],
  [
    'kube-linter/pdb-unhealthy-pod-eviction-policy',
    'PodDisruptionBudget/edge',
    [drop('/spec/unhealthyPodEvictionPolicy')],
  ],
  ['kube-score/poddisruptionbudget-has-policy', 'PodDisruptionBudget/edge', [drop('/spec/maxUnavailable')]],
  [
    'kube-linter/dangling-horizontalpodautoscaler',
    'HorizontalPodAutoscaler/api',
    [put('/spec/scaleTargetRef/name', 'x')],
  ],
  ['kube-linter/hpa-minimum-three-replicas', 'HorizontalPodAutoscaler/api', [put('/spec/minReplicas', 2)]],
  ['polaris/hpaMinAvailability', 'HorizontalPodAutoscaler/api', [put('/spec/minReplicas', 1)]],
  ['polaris/hpaMaxAvailability', 'HorizontalPodAutoscaler/api', [put('/spec/maxReplicas', 3)]],
  ['kube-linter/dangling-service', 'Service/edge', [add('/spec/selector/x', 'y')]],
  ['kube-linter/invalid-target-ports', 'Service/edge', [put('/spec/ports/0/targetPort', 'x')]],
  ['kube-linter/exposed-services', 'Service/edge', [add('/spec/type', 'LoadBalancer')]],
  [
    'kube-linter/dangling-networkpolicy',
    'NetworkPolicy/edge',
    [put('/spec/podSelector/matchLabels', { x: 'y' })],
  ],
  ['kube-linter/non-isolated-pod', 'NetworkPolicy/edge', [put('/spec/podSelector/matchLabels', { x: 'y' })]],
  [
    'kube-linter/dangling-networkpolicypeer-podselector',
    'NetworkPolicy/nats',
    [put('/spec/ingress/0/from/0/podSelector/matchLabels', { x: 'y' })],
  ],
  [
    'kube-score/deployment-has-poddisruptionbudget',
    'PodDisruptionBudget/edge',
    [put('/spec/selector/matchLabels', { x: 'y' })],
  ],
  [
    'kube-score/statefulset-has-poddisruptionbudget',
    'PodDisruptionBudget/nats',
    [put('/spec/selector/matchLabels', { x: 'y' })],
  ],
];
