// What a namespace that enforces the Pod Security Standard `restricted` refuses besides what the tools look for.
import type { Check } from './_check.js';
import { ofContainers, ofPods } from './_checks-pods.js';
import { at } from './_tree.js';

const VOLUMES: readonly string[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

export const restrictedChecks: readonly Check[] = [
  {
    names: ['pod-security/namespace'],
    find: ({ kind, metadata }) =>
      kind === 'Namespace' && metadata.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted'
        ? [metadata.name]
        : [],
  },
  ofPods(['pod-security/volumes'], ({ spec }) =>
    (spec.volumes ?? []).flatMap(({ name, ...sources }) =>
      Object.keys(sources)
        .filter((kind) => !VOLUMES.includes(kind))
        .map((kind) => `${name}: ${kind}`),
    ),
  ),
  // One container may say otherwise than its pod.
  ofContainers(['pod-security/user'], ({ securityContext }, { spec }) => {
    const users = [spec.securityContext, securityContext];
    return users.some((one) => one?.runAsUser === 0 || one?.runAsNonRoot === false);
  }),
  ofContainers(['pod-security/seccomp'], ({ securityContext }) => {
    const { type = 'RuntimeDefault' } = securityContext?.seccompProfile ?? {};
    return !['RuntimeDefault', 'Localhost'].includes(type);
  }),
  // Since 1.34: a probe that may go anywhere asks from the node for whoever wrote it.
  ofContainers(['pod-security/probe-hosts'], (one) =>
    ['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle.preStop', 'lifecycle.postStart'].some(
      (path) => ['httpGet.host', 'tcpSocket.host'].some((host) => at(one, `${path}.${host}`) !== undefined),
    ),
  ),
];
