// Watching cameras from request to picture, and the HTTP API by route.
import type { Dashboard } from './panel.js';
import { quantile, quantiles, rate } from './promql.js';

export const signaling: Dashboard = {
  uid: 'signaling',
  title: 'Signaling and API',
  says: 'Whether people get their pictures, and their answers.',
  rows: [
    {
      title: 'Watching',
      panels: [
        {
          title: 'Requests to watch',
          says: 'By what came of them, as edges saw it.',
          unit: 'cps',
          queries: { '{{outcome}}': rate('mooring_edge_watch_seconds_count', 'outcome') },
        },
        {
          title: 'Time to an answer',
          says: 'Until the viewer knows that the camera was asked.',
          unit: 's',
          queries: quantiles('mooring_edge_watch_seconds'),
        },
        {
          title: 'From offer to answer of the camera',
          says: 'The camera and its network; the platform is a few milliseconds of it.',
          unit: 's',
          queries: quantiles('mooring_watch_answer_seconds'),
        },
        {
          title: 'Sessions',
          says: 'That go on, by state.',
          unit: 'short',
          queries: { '{{state}}': 'max by (state) (mooring_watch_sessions)' },
        },
        {
          title: 'Sessions ended',
          says: 'By why, and what was waited for in vain.',
          unit: 'cps',
          queries: {
            '{{reason}}': rate('mooring_watch_sessions_ended_total', 'reason'),
            'waited for {{awaited}}': rate('mooring_watch_timeouts_total', 'awaited'),
          },
        },
        {
          title: 'Signals',
          says: 'Between ends, by what became of them.',
          unit: 'cps',
          queries: {
            '{{signal}} {{outcome}}': rate('mooring_edge_signals_total', 'signal, outcome'),
            'told {{signal}} {{outcome}}': rate('mooring_watch_tells_total', 'signal, outcome'),
          },
        },
      ],
    },
    {
      title: 'API',
      panels: [
        {
          title: 'Requests',
          says: 'By status.',
          unit: 'reqps',
          queries: { '{{status}}': rate('mooring_http_request_duration_seconds_count', 'status') },
        },
        {
          title: 'Errors of ours',
          says: 'By route.',
          unit: 'reqps',
          queries: {
            '{{method}} {{route}} {{status}}': rate(
              'mooring_http_request_duration_seconds_count{status=~"5.."}',
              'method, route, status',
            ),
          },
        },
        {
          title: 'Slowest routes, 99th percentile',
          says: 'Streams and exports are as long as they are.',
          unit: 's',
          queries: {
            '{{method}} {{route}}': `topk(10, ${quantile(0.99, 'mooring_http_request_duration_seconds', 'method, route')})`,
          },
        },
        {
          title: 'Calls between services, 99th percentile',
          says: 'By method, slowest first.',
          unit: 's',
          queries: { '{{method}}': `topk(10, ${quantile(0.99, 'mooring_grpc_server_seconds', 'method')})` },
        },
        {
          title: 'Calls that failed',
          says: 'After their repetitions, by method and fault.',
          unit: 'reqps',
          queries: { '{{method}} {{code}}': rate('mooring_grpc_client_faults_total', 'method, code') },
        },
        {
          title: 'Live streams and limits',
          says: 'Watchers of readings, those that were let go, and requests answered 429.',
          unit: 'short',
          queries: {
            streams: 'sum(mooring_live_clients)',
            'let go a second: {{reason}}': rate('mooring_live_clients_dropped_total', 'reason'),
            '429 a second': rate('mooring_http_requests_limited_total'),
          },
        },
      ],
    },
  ],
};
