// Every variable of the edge, with its default and what it means.
import { commonConfig, defineConfig, healthConfig, natsConfig } from '@mooring/runtime';
import { type Static, Type } from 'typebox';

export const config = defineConfig('EDGE', {
  ...commonConfig,
  ...natsConfig,
  ...healthConfig('EDGE'),
  EDGE_NODE: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,62}$',
    description: 'Name of this node, unique among the running edges; the pod name on Kubernetes.',
  }),
  EDGE_HOST: Type.String({
    default: '0.0.0.0',
    minLength: 1,
    description: 'Address on which devices are served.',
  }),
  EDGE_PORT: Type.Integer({
    default: 8000,
    minimum: 1,
    maximum: 65_535,
    description: 'Port of all dialects.',
  }),
  EDGE_EXTRA_PORTS: Type.String({
    default: '',
    pattern: '^(\\d{1,5}(,\\d{1,5})*)?$',
    description: 'Further ports, comma-separated, for devices with a port burnt in.',
  }),
  EDGE_SHARE_PORTS: Type.Boolean({
    default: false,
    description: 'Whether several edge processes of one machine may listen on the same ports.',
  }),
  EDGE_REGISTRY_ADDRESS: Type.String({
    default: '127.0.0.1:9000',
    minLength: 1,
    description: 'The registry, `host:port`, or several comma-separated.',
  }),
  EDGE_DEVICE_AUTH: Type.Enum(['open', 'enrolled', 'credentials'], {
    default: 'credentials',
    description: 'Who may connect: anyone (development), registered identifiers, or those with a credential.',
  }),
  EDGE_PLAIN_NETWORKS: Type.String({
    default: '0.0.0.0/0,::/0',
    description:
      'Networks from which dialects without credentials (berg, kinetid) are taken, comma-separated.',
  }),
  EDGE_TRUSTED_PROXIES: Type.String({
    default: '',
    description:
      'Networks whose X-Forwarded-For, and certificates of clients, are believed, comma-separated.',
  }),
  EDGE_CLIENT_CERT_HEADER: Type.String({
    default: '',
    pattern: '^([A-Za-z0-9-]{1,64})?$',
    description:
      'Header in which trusted proxies pass on the certificate of their client, and must overwrite what it sent itself; empty for none.',
  }),
  EDGE_MAX_CONNECTIONS: Type.Integer({
    default: 100_000,
    minimum: 1,
    description: 'Sockets that this process holds at most; further ones get 503.',
  }),
  EDGE_CONNECTS_PER_S: Type.Integer({
    default: 5_000,
    minimum: 1,
    description: 'New connections a second that this process takes.',
  }),
  EDGE_CONNECTS_PER_S_PER_ADDRESS: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'New connections a second from one address.',
  }),
  EDGE_FRAME_RATE_FACTOR: Type.Number({
    default: 1,
    minimum: 0.01,
    maximum: 10_000,
    description: "Multiplies every dialect's own limit of frames per second and socket.",
  }),
  EDGE_BUFFER_BYTES: Type.Integer({
    default: 64 * 1024 * 1024,
    minimum: 64 * 1024,
    description: 'Bytes kept while NATS is away; when they run out the edge sheds.',
  }),
  EDGE_FLUSH_MS: Type.Integer({
    default: 4,
    minimum: 0,
    maximum: 1_000,
    description: 'Milliseconds for which events are gathered into one message.',
  }),
  EDGE_SEEN_S: Type.Integer({
    default: 60,
    minimum: 1,
    description: 'Seconds between reports of which devices were heard.',
  }),
  EDGE_TRACE_ONE_IN: Type.Integer({
    default: 1_000,
    minimum: 0,
    description: 'One frame in this many is traced; 0 traces none, 1 all.',
  }),
  EDGE_DRAIN_DELAY_S: Type.Number({
    default: 0,
    minimum: 0,
    description: 'Seconds between becoming unready and closing the port, for the load balancer.',
  }),
  EDGE_DRAIN_PER_S: Type.Number({
    default: 500,
    minimum: 1,
    description:
      'Connections a second that come back elsewhere at stop, at most: two thirds as many are closed, because devices come back less evenly.',
  }),
  EDGE_DRAIN_S: Type.Number({
    default: 1,
    minimum: 0,
    description:
      'Seconds in which all connections are closed at stop, faster than EDGE_DRAIN_PER_S if it must be.',
  }),
});

export type EdgeConfig = Static<typeof config.schema>;
