// What the API server refuses in Services, policies and what pods read, and what kube-proxy could not do.
import type { INetworkPolicyPort, INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1';
import type { IServiceSpec } from 'kubernetes-models/v1';
import type { Check } from './_check.js';
import { ofKinds } from './_checks-kinds.js';
import { isDataKey, isPortName, isQualified, twice } from './_syntax.js';
import type { Resource } from './_tree.js';

const NODE_PORTS = { first: 30_000, last: 32_767 } as const;
const DATA_LIMIT_BYTES = 1024 ** 2;

const nodePorts = (resources: readonly Resource[]): readonly (number | undefined)[] =>
  resources
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ spec }) => (spec as IServiceSpec).ports?.map(({ nodePort }) => nodePort) ?? []);

const isWrongPort = ({ port, endPort, protocol = 'TCP' }: INetworkPolicyPort): boolean => {
  const ends = endPort === undefined || (typeof port === 'number' && endPort >= port);
  return !(ends && ['TCP', 'UDP', 'SCTP'].includes(protocol));
};

function address(text: string): number {
  return text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

/** Whether `inner` lies in `outer`; both are IPv4 networks. */
function holds(outer: string, inner: string): boolean {
  const [[from = '', wide = ''], [to = '', narrow = '']] = [outer.split('/'), inner.split('/')];
  const size = 2 ** (32 - Number(wide));
  return Number(narrow) > Number(wide) && Math.floor(address(from) / size) === Math.floor(address(to) / size);
}

export const serviceChecks: readonly Check[] = [
  ofKinds(['Service'], ['api-server/service-ports'], ({ spec }) => {
    const ports = (spec as IServiceSpec).ports ?? [];
    return [
      ...ports.flatMap(({ name = '' }) => (isPortName(name) ? [] : [name])),
      ...ports.flatMap(({ appProtocol = 'http' }) => (isQualified(appProtocol) ? [] : [appProtocol])),
      ...twice(ports.map(({ name }) => name)),
      ...twice(ports.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`)),
    ];
  }),
  ofKinds(['Service'], ['api-server/service-type'], ({ spec }) => {
    const { type = 'ClusterIP', clusterIP, externalTrafficPolicy, ports } = spec as IServiceSpec;
    const isInside = type === 'ClusterIP';
    const headless = clusterIP !== 'None' || isInside;
    const policy = externalTrafficPolicy === undefined || !isInside;
    const opened = !isInside || !(ports ?? []).some(({ nodePort }) => nodePort !== undefined);
    return headless && policy && opened ? [] : [type];
  }),
  ofKinds(['Service'], ['api-server/node-ports'], (service, all) => {
    const taken = twice(nodePorts(all));
    return nodePorts([service])
      .filter((port) => port !== undefined)
      .filter((port) => port < NODE_PORTS.first || port > NODE_PORTS.last || taken.includes(String(port)))
      .map(String);
  }),
  ofKinds(['NetworkPolicy'], ['api-server/network-policy'], ({ spec }) => {
    const { ingress = [], egress = [], policyTypes = [] } = spec as INetworkPolicySpec;
    const rules = [...ingress, ...egress];
    const peers = [...ingress.flatMap(({ from }) => from ?? []), ...egress.flatMap(({ to }) => to ?? [])];
    return [
      ...rules.flatMap(({ ports }) => (ports ?? []).filter(isWrongPort).map(({ port }) => `port ${port}`)),
      ...peers
        .filter(({ ipBlock, podSelector, namespaceSelector }) => {
          const chosen = podSelector !== undefined || namespaceSelector !== undefined;
          return ipBlock === undefined ? !chosen : chosen;
        })
        .map(() => 'a peer that is an address and a pod, or neither'),
      ...peers.flatMap(({ ipBlock }) => ipBlock?.except?.filter((one) => !holds(ipBlock.cidr, one)) ?? []),
      // Rules of a direction that the policy is not for are taken and do nothing.
      ...(ingress.length > 0 && !policyTypes.includes('Ingress') ? ['Ingress'] : []),
      ...(egress.length > 0 && !policyTypes.includes('Egress') ? ['Egress'] : []),
    ];
  }),
  ofKinds(['ConfigMap', 'Secret'], ['api-server/data'], ({ kind, data }) => {
    const entries = Object.entries((data ?? {}) as Readonly<Record<string, string>>);
    const bytes = entries.reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
    const encoded =
      kind === 'ConfigMap' || entries.every(([, value]) => /^[A-Za-z0-9+/]*={0,2}$/.test(value));
    return [
      ...entries.map(([key]) => key).filter((key) => !isDataKey(key)),
      ...(bytes < DATA_LIMIT_BYTES ? [] : [`${bytes} bytes`]),
      ...(encoded ? [] : ['not in base64']),
    ];
  }),
];
