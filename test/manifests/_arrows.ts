// Who may open a connection to whom, as ARCHITECTURE.md draws it: the table that the network policies must equal.

/** `from → to:port`. */
export type Arrow = `${string} → ${string}:${number}`;

const withDatabase = ['registry', 'telemetry', 'signaling', 'firmware-update'] as const;
const onBus = ['edge', 'registry', 'telemetry', 'signaling', 'firmware-update', 'api', 'streams'] as const;
const asked = ['edge', 'registry', 'telemetry', 'signaling', 'firmware-update', 'printing'] as const;
const called = ['registry', 'telemetry', 'signaling', 'firmware-update', 'printing'] as const;
const migrating = withDatabase.map((name) => `${name}-migrate` as const);

/** What holds in every overlay. `anywhere` and `public` lie outside the cluster, `dns` in another namespace. */
export const arrows: readonly Arrow[] = [
  'anywhere → edge:8000',
  'anywhere → api:8080',
  'anywhere → firmware-update:8081',
  'edge → registry:9000',
  'signaling → registry:9000',
  'firmware-update → registry:9000',
  ...called.map((name): Arrow => `api → ${name}:9000`),
  ...asked.map((name): Arrow => `api → ${name}:9464`),
  ...onBus.map((name): Arrow => `${name} → nats:4222`),
  'nats → nats:6222',
  'telemetry → public:1',
  ...[...asked, 'api'].map((name): Arrow => `${name} → otel-collector:4318`),
  ...[...asked, 'api', 'nats', 'streams', ...migrating].map((name): Arrow => `${name} → dns:53`),
  ...[...withDatabase, ...migrating].map((name): Arrow => `${name} → postgres:5432`),
];

const observed: readonly Arrow[] = [
  ...[...asked, 'api'].map((name): Arrow => `prometheus → ${name}:9464`),
  'prometheus → otel-collector:8888',
  'otel-collector → jaeger:4317',
  'grafana → prometheus:9090',
  'grafana → jaeger:16686',
  ...['prometheus', 'otel-collector', 'grafana'].map((name): Arrow => `${name} → dns:53`),
];

/** What an overlay has besides. */
export const further: Readonly<Record<string, readonly Arrow[]>> = {
  local: observed,
  production: [
    ...observed,
    // Servers of Postgres among themselves, with their operator, the API of the cluster and the store of their backups.
    'postgres → postgres:5432',
    'postgres → postgres:8000',
    'cnpg-system → postgres:5432',
    'cnpg-system → postgres:8000',
    'postgres → dns:53',
    'postgres → public:443',
    'postgres → public:6443',
    // What is relayed, from port 49160 on.
    'anywhere → turn:3478',
    'turn → turn:49160',
    'keda → prometheus:9090',
    ...withDatabase.map((name): Arrow => `envoy-gateway-system → ${name}:9000`),
  ],
};
