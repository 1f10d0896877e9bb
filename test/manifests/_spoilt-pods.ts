// One way for each demand on names and pods to be missed.
import { add, container, drop, pod, put, type Spoilt } from './_spoil.js';

const edge = 'Deployment/edge';
const mount = (name: string, mountPath: string): object =>
  add(`${container}/volumeMounts/-`, { name, mountPath });

/** For what is asked of names and of pods. */
export const spoiltPods: readonly Spoilt[] = [
  ['api-server/name', 'Service/edge', [put('/metadata/name', '1-edge')]],
  ['api-server/name', 'Service/edge', [put('/metadata/name', 'edge.devices')]],
  ['api-server/name', 'ServiceAccount/edge', [put('/metadata/name', 'Edge')]],
  ['api-server/name', 'Job/streams', [put('/metadata/name', 'x'.repeat(64))]],
  ['api-server/name', 'StatefulSet/nats', [put('/metadata/name', 'x'.repeat(53))]],
  ['api-server/label', edge, [add(`/spec/template/metadata/labels/version`, '0.1.0+build')]],
  ['api-server/label', edge, [add('/metadata/labels/a~1b~1c', 'd')]],
  ['api-server/label', edge, [add('/metadata/labels/x', 'y'.repeat(64))]],
  ['api-server/annotation', 'StatefulSet/grafana', [add('/metadata/annotations/a b', 'c')]],
  ['kubectl/last-applied-configuration', 'ConfigMap/edge', [add('/data/x', 'x'.repeat(262_144))]],
  ['mooring/name-of-pod', edge, [put('/metadata/name', 'edge.devices')]],

  ['api-server/names-in-pods', edge, [put(`${container}/name`, 'Edge')]],
  ['api-server/names-in-pods', edge, [put(`${pod}/volumes/0/name`, 'tmp_files')]],
  ['api-server/names-in-pods', edge, [put(`${container}/ports/0/name`, 'device-connections')]],
  ['api-server/names-in-pods', edge, [put(`${container}/ports/0/name`, '8000')]],
  ['api-server/names-in-pods', edge, [put(`${container}/env/0/name`, '1NODE')]],
  ['api-server/twice-in-pods', 'Deployment/registry', [put(`${container}/name`, 'migrated')]],
  ['api-server/twice-in-pods', edge, [add(`${pod}/volumes/-`, { name: 'tmp', emptyDir: {} })]],
  ['api-server/twice-in-pods', 'StatefulSet/nats', [put(`${pod}/volumes/0/name`, 'data')]],
  ['api-server/twice-in-pods', edge, [mount('tls', '/tmp')]],
  ['api-server/mounts', edge, [mount('temporary', '/other')]],
  ['api-server/mounts', edge, [mount('tmp', 'other')]],
  ['api-server/volumes', edge, [put(`${pod}/volumes/0/emptyDir/sizeLimit`, '64MB')]],
  ['api-server/volumes', edge, [add(`${pod}/volumes/0/emptyDir/medium`, 'Disk')]],
  ['api-server/volumes', edge, [add(`${pod}/volumes/0/configMap`, { name: 'edge' })]],
  ['api-server/volumes', edge, [drop(`${pod}/volumes/0/emptyDir`)]],
  ['api-server/probes', edge, [add(`${container}/livenessProbe/successThreshold`, 2)]],
  ['api-server/probes', edge, [add(`${container}/startupProbe/successThreshold`, 2)]],
  ['api-server/probes', edge, [put(`${container}/livenessProbe/periodSeconds`, 0)]],
  ['api-server/probes', edge, [put(`${container}/livenessProbe/httpGet/port`, 'helth')]],
  ['api-server/probes', edge, [put(`${container}/livenessProbe/httpGet/path`, 'livez')]],
  ['api-server/probes', edge, [add(`${container}/livenessProbe/tcpSocket`, { port: 8000 })]],
  ['api-server/probes', edge, [add(`${container}/readinessProbe/terminationGracePeriodSeconds`, 5)]],
  ['api-server/lifecycle', edge, [put(`${container}/lifecycle/preStop/sleep/seconds`, 3_600)]],
  ['api-server/lifecycle', edge, [add(`${container}/lifecycle/preStop/exec`, { command: ['true'] })]],
  ['api-server/lifecycle', edge, [drop(`${container}/lifecycle/preStop/sleep`)]],
  ['api-server/resources', edge, [put(`${container}/resources/requests/memory`, '2Gi')]],
  ['api-server/resources', edge, [put(`${container}/resources/limits/memory`, '1GB')]],
  ['api-server/resources', edge, [add(`${container}/resources/limits/disk`, '1Gi')]],
  ['api-server/environment', edge, [add(`${container}/env/0/value`, 'edge-1')]],
  ['api-server/environment', edge, [add(`${container}/env/-`, { name: 'NOTHING' })]],
  ['api-server/environment', edge, [put(`${container}/env/0/valueFrom/fieldRef/fieldPath`, 'spec.hostname')]],
  ['api-server/restart-policy', edge, [add(`${pod}/restartPolicy`, 'OnFailure')]],
  ['api-server/restart-policy', 'Job/streams', [drop(`${pod}/restartPolicy`)]],
  ['api-server/restart-policy', edge, [add(`${pod}/activeDeadlineSeconds`, 60)]],
  ['api-server/topology-spread', edge, [put(`${pod}/topologySpreadConstraints/0/maxSkew`, 0)]],
  ['api-server/topology-spread', edge, [add(`${pod}/topologySpreadConstraints/0/minDomains`, 2)]],
  ['api-server/topology-spread', edge, [drop(`${pod}/topologySpreadConstraints/0/labelSelector`)]],
  [
    'api-server/topology-spread',
    edge,
    [put(`${pod}/topologySpreadConstraints/0/matchLabelKeys`, ['app.kubernetes.io/name'])],
  ],
  [
    'api-server/topology-spread',
    'StatefulSet/nats',
    [add(`${pod}/topologySpreadConstraints/0/matchLabelKeys`, ['pod-template-hash'])],
  ],
  ['kubelet/owner-of-volumes', 'StatefulSet/nats', [drop(`${pod}/securityContext/fsGroup`)]],

  ['pod-security/namespace', 'Namespace/mooring', [put('/metadata/labels', {})]],
  ['pod-security/volumes', edge, [add(`${pod}/volumes/-`, { name: 'host', hostPath: { path: '/' } })]],
  ['pod-security/volumes', edge, [add(`${pod}/volumes/-`, { name: 'nfs', nfs: { server: 'a', path: '/' } })]],
  ['pod-security/user', 'Deployment/registry', [add(`${pod}/initContainers/0/securityContext/runAsUser`, 0)]],
  ['pod-security/user', edge, [add(`${container}/securityContext/runAsNonRoot`, false)]],
  [
    'pod-security/seccomp',
    edge,
    [add(`${container}/securityContext/seccompProfile`, { type: 'Unconfined' })],
  ],
  ['pod-security/probe-hosts', edge, [add(`${container}/livenessProbe/httpGet/host`, '127.0.0.1')]],
  // Of what a restricted namespace allows, more is not allowed here either.
  [
    'polaris/insecureCapabilities',
    'StatefulSet/turn',
    [add(`${container}/securityContext/capabilities/add/-`, 'NET_ADMIN')],
  ],
];
