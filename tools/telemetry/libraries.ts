// What libraries report under names of their own choosing: metrics of the process, spans of their instrumentations.
import type { MetricName, Registry } from './shape.js';

const of = (type: MetricName['type'], ...labels: readonly string[]): MetricName => ({
  type,
  labels,
  from: ['process'],
});

/** Of prom-client, as it reports them on Linux. */
export const processMetrics: Readonly<Record<string, MetricName>> = {
  process_cpu_user_seconds_total: of('counter'),
  process_cpu_system_seconds_total: of('counter'),
  process_cpu_seconds_total: of('counter'),
  process_start_time_seconds: of('gauge'),
  process_resident_memory_bytes: of('gauge'),
  process_virtual_memory_bytes: of('gauge'),
  process_heap_bytes: of('gauge'),
  process_open_fds: of('gauge'),
  process_max_fds: of('gauge'),
  nodejs_eventloop_lag_seconds: of('gauge'),
  nodejs_eventloop_lag_min_seconds: of('gauge'),
  nodejs_eventloop_lag_max_seconds: of('gauge'),
  nodejs_eventloop_lag_mean_seconds: of('gauge'),
  nodejs_eventloop_lag_stddev_seconds: of('gauge'),
  nodejs_eventloop_lag_p50_seconds: of('gauge'),
  nodejs_eventloop_lag_p90_seconds: of('gauge'),
  nodejs_eventloop_lag_p99_seconds: of('gauge'),
  nodejs_active_resources: of('gauge', 'type'),
  nodejs_active_resources_total: of('gauge'),
  nodejs_active_handles: of('gauge', 'type'),
  nodejs_active_handles_total: of('gauge'),
  nodejs_active_requests: of('gauge', 'type'),
  nodejs_active_requests_total: of('gauge'),
  nodejs_heap_size_total_bytes: of('gauge'),
  nodejs_heap_size_used_bytes: of('gauge'),
  nodejs_external_memory_bytes: of('gauge'),
  nodejs_heap_space_size_total_bytes: of('gauge', 'space'),
  nodejs_heap_space_size_used_bytes: of('gauge', 'space'),
  nodejs_heap_space_size_available_bytes: of('gauge', 'space'),
  nodejs_version_info: of('gauge', 'major', 'minor', 'patch', 'version'),
  nodejs_gc_duration_seconds: of('histogram', 'kind'),
};

const server = ['server.address', 'server.port'];

/** By the name of the instrumentation. Words in braces stand for anything. */
export const libraries: Registry['libraries'] = {
  '@opentelemetry/instrumentation-grpc': {
    spans: ['grpc.{service}/{method}'],
    attributes: [
      'grpc.error_message',
      'grpc.error_name',
      'rpc.grpc.status_code',
      'rpc.method',
      'rpc.service',
      'rpc.system',
      ...server,
    ],
  },
  '@opentelemetry/instrumentation-http': {
    spans: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
    attributes: [
      'client.address',
      'error.type',
      // Written by us over what the library had, where a path holds a secret.
      'http.target',
      'http.url',
      'http.request.method',
      'http.response.status_code',
      'network.peer.address',
      'network.peer.port',
      'network.protocol.version',
      'url.full',
      'url.path',
      'url.query',
      'url.scheme',
      'user_agent.original',
      ...server,
    ],
  },
  '@opentelemetry/instrumentation-pg': {
    spans: ['pg-pool.connect', 'pg.connect', 'pg.query:{statement}'],
    attributes: [
      'db.namespace',
      'db.postgresql.idle.timeout.millis',
      'db.postgresql.plan',
      'db.query.text',
      'db.system.name',
      ...server,
    ],
  },
  prisma: {
    spans: ['prisma:client:{step}'],
    attributes: ['actions', 'db.query.text', 'db.system.name', 'method', 'model', 'models', 'name'],
  },
};
