// The edges: sockets and frames, who is refused and who leaves, and how much waits to become durable.
import type { Dashboard } from './panel.js';
import { quantiles, rate } from './promql.js';

export const edge: Dashboard = {
  uid: 'edge',
  title: 'Edge',
  says: 'What comes in, what is turned away, and how far each edge is from its bounds.',
  rows: [
    {
      title: 'Sockets',
      panels: [
        {
          title: 'Sockets of each edge, as a share of its bound',
          says: 'At 1 it refuses. Four fifths is a ticket.',
          unit: 'percentunit',
          queries: {
            '{{instance}}':
              'sum by (instance) (mooring_edge_sockets) / sum by (instance) (mooring_edge_sockets_limit)',
          },
        },
        {
          title: 'Opened',
          says: 'By dialect. Waves follow outages and rollouts.',
          unit: 'cps',
          queries: { '{{dialect}}': rate('mooring_edge_connections_total', 'dialect') },
        },
        {
          title: 'Refused',
          says: 'Upgrades that did not become sockets, by why.',
          unit: 'cps',
          queries: {
            '{{dialect}} {{reason}}': rate('mooring_edge_upgrades_refused_total', 'dialect, reason'),
          },
        },
        {
          title: 'Closed',
          says: 'By why. drain is a rollout; connection_lost is the network.',
          unit: 'cps',
          queries: { '{{reason}}': rate('mooring_edge_disconnects_total', 'reason') },
        },
        {
          title: 'Ended for a limit',
          says: 'Peers that sent too fast or read too slowly, and dialects that threw: those are bugs.',
          unit: 'cps',
          queries: {
            '{{dialect}} {{limit}}': rate('mooring_edge_limited_total', 'dialect, limit'),
            '{{dialect}} crashed': rate('mooring_edge_dialect_crashes_total', 'dialect'),
          },
        },
        {
          title: 'Calls about presence that failed',
          says: 'They are repeated; many mean that the registry or NATS does not answer.',
          unit: 'cps',
          queries: { '{{call}} {{code}}': rate('mooring_edge_presence_failures_total', 'call, code') },
        },
      ],
    },
    {
      title: 'Frames and events',
      panels: [
        {
          title: 'Frames',
          says: 'Received, by dialect.',
          unit: 'cps',
          queries: { '{{dialect}}': rate('mooring_edge_frames_total', 'dialect') },
        },
        {
          title: 'Not acted on',
          says: 'Malformed, unrecognised or ignored, by what it was about.',
          unit: 'cps',
          queries: {
            '{{dialect}} {{outcome}} {{what}}': rate('mooring_edge_messages_total', 'dialect, outcome, what'),
          },
        },
        {
          title: 'Events made durable',
          says: 'By kind.',
          unit: 'cps',
          queries: { '{{kind}}': rate('mooring_edge_events_durable_total', 'kind') },
        },
        {
          title: 'From frame to durable',
          says: 'Milliseconds while NATS is well.',
          unit: 's',
          queries: quantiles('mooring_edge_durable_seconds'),
        },
        {
          title: 'Held, as a share of the bound',
          says: 'From 0.5 on connections are refused, from 0.7 viewers let go, from 0.85 readings lost.',
          unit: 'percentunit',
          queries: {
            '{{instance}}':
              'max by (instance) (mooring_edge_buffer_bytes) / max by (instance) (mooring_edge_buffer_limit_bytes)',
          },
        },
        {
          title: 'Lost, and sent again',
          says: 'Lost is lost. Sent again is NATS that did not acknowledge.',
          unit: 'cps',
          queries: {
            'lost {{kind}} {{reason}}': rate('mooring_edge_events_lost_total', 'kind, reason'),
            'again {{kind}} {{reason}}': rate('mooring_edge_batches_retried_total', 'kind, reason'),
          },
        },
      ],
    },
  ],
};
