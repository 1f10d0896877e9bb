// Which process gets which program, ports and variables: the one table of the stack.
import type { StackFlags } from './flags.js';
import { postgresUrl } from './postgres.js';

/** One service process, as the stack starts it. */
export interface ServicePlan {
  readonly name: string;
  readonly program: string;
  readonly healthPort: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface Plan {
  /** Started together, each with a gRPC server. */
  readonly backends: readonly ServicePlan[];
  readonly api: ServicePlan;
  readonly edges: readonly ServicePlan[];
  /** Databases to migrate: service folder and URL. */
  readonly databases: readonly { readonly service: string; readonly url: string }[];
  readonly urls: {
    readonly nats: string;
    readonly postgres: string;
    readonly api: string;
    readonly firmware: string;
    readonly edges: readonly string[];
  };
}

export interface PlanInputs {
  readonly flags: StackFlags;
  readonly natsPort: number;
  readonly postgresPort: number;
  readonly postgresPassword: string;
  readonly registrySecret: string;
  readonly telemetrySecret: string;
  readonly firmwareSecret: string;
  /** A free port at every call. */
  takePort(): number;
}

const LOOPBACK = '127.0.0.1';

/** How many free ports `plan` takes. */
export function portsNeeded({
  edges,
  firmwareReplicas = 1,
}: Pick<StackFlags, 'edges' | 'firmwareReplicas'>): number {
  // Health and gRPC of each backend, downloads of those that have them, health of the API and of each edge.
  return 4 * 2 + firmwareReplicas * 3 + 1 + edges;
}

export function plan(inputs: PlanInputs): Plan {
  const { flags, natsPort, takePort } = inputs;
  const nats = `nats://${LOOPBACK}:${natsPort}`;
  const database = (name: string): string =>
    postgresUrl({ port: inputs.postgresPort, password: inputs.postgresPassword }, name);
  const base = (prefix: string, healthPort: number) => ({
    NATS_URL: nats,
    [`${prefix}_HEALTH_HOST`]: LOOPBACK,
    [`${prefix}_HEALTH_PORT`]: String(healthPort),
  });
  const addresses = new Map<string, string>();
  const backend = (
    service: string,
    prefix: string,
    env: Record<string, string>,
    name = service,
  ): ServicePlan => {
    const [healthPort, grpcPort] = [takePort(), takePort()];
    const others = addresses.get(prefix);
    addresses.set(prefix, `${others === undefined ? '' : `${others},`}${LOOPBACK}:${grpcPort}`);
    const grpc = { [`${prefix}_GRPC_HOST`]: LOOPBACK, [`${prefix}_GRPC_PORT`]: String(grpcPort) };
    const program = `services/${service}/dist/main.js`;
    return { name, program, healthPort, env: { ...base(prefix, healthPort), ...grpc, ...env } };
  };
  const downloads: string[] = [];
  const firmwareUpdate = (index: number): ServicePlan => {
    const port = takePort();
    const url = `http://${reachable(flags.host)}:${port}`;
    downloads.push(url);
    const env = {
      FIRMWARE_POSTGRES_URL: database('firmware'),
      FIRMWARE_SECRET: inputs.firmwareSecret,
      FIRMWARE_REGISTRY_ADDRESS: addresses.get('REGISTRY') ?? '',
      FIRMWARE_HTTP_HOST: flags.host,
      FIRMWARE_HTTP_PORT: String(port),
      FIRMWARE_PUBLIC_URL: url,
    };
    const name = index === 0 ? 'firmware-update' : `firmware-update-${index + 1}`;
    return backend('firmware-update', 'FIRMWARE', env, name);
  };
  const backends = [
    backend('registry', 'REGISTRY', {
      REGISTRY_POSTGRES_URL: database('registry'),
      REGISTRY_SECRET: inputs.registrySecret,
      REGISTRY_OPERATORS: flags.owner.email,
    }),
    backend('telemetry', 'TELEMETRY', {
      TELEMETRY_POSTGRES_URL: database('telemetry'),
      TELEMETRY_SECRET: inputs.telemetrySecret,
      // Whoever has the stack has the machine and its network.
      TELEMETRY_WEBHOOK_PRIVATE_NETWORKS: 'true',
    }),
    backend('signaling', 'SIGNALING', {
      SIGNALING_POSTGRES_URL: database('signaling'),
      SIGNALING_REGISTRY_ADDRESS: addresses.get('REGISTRY') ?? '',
    }),
    ...Array.from({ length: flags.firmwareReplicas ?? 1 }, (_, index) => firmwareUpdate(index)),
    backend('printing', 'PRINTING', {}),
  ];
  const address = (prefix: string): string => addresses.get(prefix) ?? '';
  const edges = edgePorts(flags).map((port, index): ServicePlan => {
    const healthPort = takePort();
    const env = {
      ...base('EDGE', healthPort),
      EDGE_NODE: `edge-${index + 1}`,
      EDGE_HOST: flags.host,
      EDGE_PORT: String(port),
      // One process can have a port burnt into a device; the first one has it.
      EDGE_EXTRA_PORTS: index === 0 ? flags.listen.join(',') : '',
      EDGE_DEVICE_AUTH: flags.deviceAuth,
      EDGE_REGISTRY_ADDRESS: address('REGISTRY'),
    };
    return { name: `edge-${index + 1}`, program: 'services/edge/dist/main.js', healthPort, env };
  });
  const edgeUrls = edgePorts(flags).map((port) => `ws://${reachable(flags.host)}:${port}`);
  const apiHealth = takePort();
  const api: ServicePlan = {
    name: 'api',
    program: 'services/api/dist/main.js',
    healthPort: apiHealth,
    env: {
      ...base('API', apiHealth),
      API_HOST: flags.host,
      API_PORT: String(flags.apiPort),
      API_REGISTRY_ADDRESS: address('REGISTRY'),
      API_TELEMETRY_ADDRESS: address('TELEMETRY'),
      API_SIGNALING_ADDRESS: address('SIGNALING'),
      API_FIRMWARE_ADDRESS: address('FIRMWARE'),
      API_PRINTING_ADDRESS: address('PRINTING'),
      API_PARTS: [...backends, ...edges].map(readiness).join(','),
      API_EDGE_URLS: edgeUrls.join(','),
    },
  };
  return {
    backends,
    api,
    edges,
    databases: [
      { service: 'registry', url: database('registry') },
      { service: 'telemetry', url: database('telemetry') },
      { service: 'signaling', url: database('signaling') },
      { service: 'firmware-update', url: database('firmware') },
    ],
    urls: {
      nats,
      postgres: postgresUrl({ port: inputs.postgresPort, password: inputs.postgresPassword }),
      api: `http://${reachable(flags.host)}:${flags.apiPort}`,
      firmware: downloads[0] ?? '',
      edges: edgeUrls,
    },
  };
}

/** The first edge has the given port, the others the next ones. */
export function edgePorts(flags: Pick<StackFlags, 'edgePort' | 'edges'>): readonly number[] {
  return Array.from({ length: flags.edges }, (_, index) => flags.edgePort + index);
}

function reachable(host: string): string {
  return host === '0.0.0.0' ? LOOPBACK : host;
}

function readiness({ name, healthPort }: ServicePlan): string {
  return `${name}=http://${LOOPBACK}:${healthPort}/readyz`;
}
