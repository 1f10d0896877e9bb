// What one service costs: processor, memory, threads of work, connections, and what it says of itself.
import type { Dashboard } from './panel.js';
import { quantile, rate } from './promql.js';

export const service: Dashboard = {
  uid: 'service',
  title: 'Cost of one service',
  says: 'Choose a service: what its processes use, and what uses them.',
  ofOneService: true,
  rows: [
    {
      title: 'Processes',
      panels: [
        {
          title: 'Answering',
          says: 'Processes that Prometheus reaches, of those that it knows.',
          unit: 'short',
          number: true,
          queries: { answering: 'sum(up{job="$job"})', known: 'count(up{job="$job"})' },
        },
        {
          title: 'Processor',
          says: 'Cores in use. Compare with requests and limits of the Deployment.',
          unit: 'cores',
          queries: { '{{instance}}': rate('process_cpu_seconds_total{job="$job"}', 'instance') },
        },
        {
          title: 'Memory',
          says: 'Resident. The heap is part of it.',
          unit: 'bytes',
          queries: {
            'resident {{instance}}': 'process_resident_memory_bytes{job="$job"}',
            'heap {{instance}}': 'nodejs_heap_size_used_bytes{job="$job"}',
          },
        },
        {
          title: 'Event loop delay, 99th percentile',
          says: 'A quarter of a second for five minutes is a ticket.',
          unit: 's',
          queries: { '{{instance}}': 'nodejs_eventloop_lag_p99_seconds{job="$job"}' },
        },
        {
          title: 'Time in garbage collection',
          says: 'Share of a core.',
          unit: 'percentunit',
          queries: { '{{kind}}': rate('nodejs_gc_duration_seconds_sum{job="$job"}', 'kind') },
        },
        {
          title: 'Open files and sockets',
          says: 'Against the bound of the process.',
          unit: 'percentunit',
          queries: { '{{instance}}': 'process_open_fds{job="$job"} / process_max_fds{job="$job"}' },
        },
      ],
    },
    {
      title: 'Work',
      panels: [
        {
          title: 'Calls served',
          says: 'By method and code.',
          unit: 'reqps',
          queries: {
            '{{method}} {{code}}': rate('mooring_grpc_server_seconds_count{job="$job"}', 'method, code'),
          },
        },
        {
          title: 'Time of calls, 99th percentile',
          says: 'By method.',
          unit: 's',
          queries: { '{{method}}': quantile(0.99, 'mooring_grpc_server_seconds', 'method', 'job="$job"') },
        },
        {
          title: 'Connections to Postgres',
          says: 'Busy, idle, and callers that wait for one; the bound of each pool.',
          unit: 'short',
          queries: {
            '{{pool}} {{state}}': 'sum by (pool, state) (mooring_postgres_connections{job="$job"})',
            '{{pool}} bound': 'sum by (pool) (mooring_postgres_connections_limit{job="$job"})',
          },
        },
        {
          title: 'Batches of consumers',
          says: 'Seconds of work a second: at 1 a consumer is busy all the time.',
          unit: 'percentunit',
          queries: {
            '{{durable}} {{instance}}': rate(
              'mooring_consumer_handle_seconds_sum{job="$job"}',
              'durable, instance',
            ),
          },
        },
        {
          title: 'Renderings, 95th percentile',
          says: 'Of printing alone.',
          unit: 's',
          queries: {
            '{{kind}} {{outcome}}': quantile(
              0.95,
              'mooring_printing_render_seconds',
              'kind, outcome',
              'job="$job"',
            ),
          },
        },
        {
          title: 'Spans dropped',
          says: 'Traces with holes.',
          unit: 'cps',
          queries: { '{{reason}}': rate('mooring_spans_dropped_total{job="$job"}', 'reason') },
        },
      ],
    },
  ],
};
