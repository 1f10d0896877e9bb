// Alerts on what people and devices notice, or are about to: one each, with how long it must last.
import type { Duration, Pace } from './pace.js';

export interface Symptom {
  readonly alert: string;
  readonly severity: 'page' | 'ticket';
  /** How long it must be true; absent for what is not to happen at all. */
  readonly lasting?: Duration;
  readonly summary: string;
  expr(pace: Pace): string;
}

/** The jobs that Prometheus scrapes, named after the services. */
export const jobs = [
  'api',
  'edge',
  'firmware-update',
  'printing',
  'registry',
  'signaling',
  'telemetry',
] as const;

/** What a counter grew by, also when it did not exist before: then `increase` does not see its first event. */
function grown(selector: string, window: string, by: string): string {
  const newborn = `(${selector} unless ${selector} offset ${window})`;
  return `sum by (${by}) (increase(${selector}[${window}]) > 0 or ${newborn} > 0)`;
}

export const symptoms: readonly Symptom[] = [
  {
    alert: 'ServiceGone',
    severity: 'page',
    lasting: '2m',
    summary: 'No process of {{ $labels.job }} answers',
    // `absent` does not say of what.
    expr: () =>
      jobs.map((job) => `label_replace(absent(up{job="${job}"} == 1), "job", "${job}", "", "")`).join(' or '),
  },
  {
    alert: 'ProcessDown',
    severity: 'ticket',
    lasting: '5m',
    summary: 'A process of {{ $labels.job }} does not answer',
    expr: () => `up{job=~"${jobs.join('|')}"} == 0`,
  },
  {
    alert: 'ProcessRestarts',
    severity: 'ticket',
    summary: 'A process of {{ $labels.job }} starts again and again',
    expr: ({ window }) =>
      `changes(process_start_time_seconds{job=~"${jobs.join('|')}"}[${window('1h')}]) >= 3`,
  },
  {
    alert: 'EventsLost',
    severity: 'page',
    summary: 'Edges lose what devices say ({{ $labels.kind }}, {{ $labels.reason }})',
    expr: ({ window }) => grown('mooring_edge_events_lost_total', window('10m'), 'kind, reason'),
  },
  {
    alert: 'BufferFilling',
    severity: 'page',
    lasting: '1m',
    summary: 'An edge holds half of what it can hold before it loses readings',
    expr: () => 'mooring_edge_buffer_bytes / mooring_edge_buffer_limit_bytes > 0.5',
  },
  {
    alert: 'BusDisconnected',
    severity: 'page',
    lasting: '1m',
    summary: 'A process of {{ $labels.job }} has no connection to NATS',
    expr: () => 'mooring_bus_connected == 0',
  },
  {
    alert: 'ConsumerBehind',
    severity: 'page',
    lasting: '2m',
    summary: 'What {{ $labels.durable }} works on is older than a minute',
    expr: ({ seconds }) => `max by (durable) (mooring_consumer_lag_seconds) > ${seconds('1m')}`,
  },
  {
    alert: 'DeadLetters',
    severity: 'ticket',
    summary: '{{ $labels.durable }} gave messages up',
    expr: ({ window }) =>
      grown('mooring_consumer_settled_total{outcome="dead_letter"}', window('30m'), 'durable'),
  },
  {
    alert: 'OutboxStuck',
    severity: 'page',
    lasting: '2m',
    summary: 'What {{ $labels.job }} has committed does not get out to the bus',
    expr: ({ seconds }) => {
      const ages = ['registry', 'alarm', 'firmware'].map((of) => `mooring_${of}_outbox_age_seconds`);
      return `max by (job) (${ages.join(' or ')}) > ${seconds('1m')}`;
    },
  },
  {
    alert: 'CommandsStuck',
    severity: 'page',
    lasting: '2m',
    summary: 'Commands that could be sent are not',
    expr: ({ seconds }) => `max(mooring_registry_command_queue_age_seconds) > ${seconds('30s')}`,
  },
  {
    alert: 'WebhooksOverdue',
    severity: 'ticket',
    lasting: '5m',
    summary: 'Deliveries to webhooks are due and not attempted',
    expr: ({ seconds }) => `max(mooring_webhook_overdue_seconds) > ${seconds('2m')}`,
  },
  {
    alert: 'ConnectionsRefused',
    severity: 'page',
    lasting: '5m',
    summary: 'A tenth of those who connect is refused ({{ $labels.reason }})',
    expr: refused('reason!~"draining|aborted|network|status_4.."'),
  },
  {
    // What they present is wrong, or where they come from: theirs to mend, and in a fleet that has settled a handful of
    // them is most of all who connect.
    alert: 'ConnectionsRefused',
    severity: 'ticket',
    lasting: '5m',
    summary: 'A tenth of those who connect presents what is refused ({{ $labels.reason }})',
    expr: refused('reason=~"network|status_4.."'),
  },
  {
    alert: 'DisconnectStorm',
    severity: 'page',
    summary: 'Half as many sockets closed within five minutes as there are',
    expr: ({ window }) => {
      const closed = `sum(increase(mooring_edge_disconnects_total{reason!="drain"}[${window('5m')}]))`;
      return `${closed} > 50 and ${closed} > 0.5 * sum(avg_over_time(mooring_edge_sockets[${window('5m')}]))`;
    },
  },
  {
    alert: 'EdgeFull',
    severity: 'ticket',
    lasting: '10m',
    summary: 'An edge has four fifths of the sockets that it takes',
    expr: () =>
      'sum by (instance) (mooring_edge_sockets) / sum by (instance) (mooring_edge_sockets_limit) > 0.8',
  },
  {
    alert: 'DialectCrashes',
    severity: 'ticket',
    summary: 'Sessions end because {{ $labels.dialect }} threw: a bug',
    expr: ({ window }) => grown('mooring_edge_dialect_crashes_total', window('30m'), 'dialect'),
  },
  {
    alert: 'UpdatesFail',
    severity: 'ticket',
    summary: 'Three in ten updates of firmware fail',
    expr: ({ window }) => {
      const ended = (matchers: string): string =>
        `sum(increase(mooring_firmware_updates_ended_total{${matchers}}[${window('1h')}]))`;
      // One that expired is a device that nobody heard of again, which is worse than one that says what is wrong.
      const failed = ended('status=~"failed|expired"');
      return `${failed} > 3 and ${failed} > 0.3 * ${ended('status=~"completed|failed|expired"')}`;
    },
  },
  {
    alert: 'EventLoopBlocked',
    severity: 'ticket',
    lasting: '5m',
    summary: 'A process of {{ $labels.job }} does not get to its work for a quarter of a second at a time',
    expr: () => 'nodejs_eventloop_lag_p99_seconds > 0.25',
  },
  {
    alert: 'PoolExhausted',
    severity: 'ticket',
    lasting: '5m',
    summary: 'Callers wait for connections to Postgres ({{ $labels.pool }})',
    expr: () => 'sum by (job, pool) (mooring_postgres_connections{state="waiting"}) > 0',
  },
  {
    alert: 'SpansDropped',
    severity: 'ticket',
    lasting: '5m',
    summary: 'Spans of {{ $labels.job }} do not reach the collector',
    // They are lost in batches, after each has been tried for a while.
    expr: ({ window }) => `sum by (job, reason) (rate(mooring_spans_dropped_total[${window('15m')}])) > 1`,
  },
];

function refused(matchers: string): Symptom['expr'] {
  return ({ window }) => {
    const rate = (metric: string): string => `rate(${metric}[${window('5m')}])`;
    const reasons = `sum by (reason) (${rate(`mooring_edge_upgrades_refused_total{${matchers}}`)})`;
    const opened = `sum(${rate('mooring_edge_connections_total')})`;
    // Fewer than one in two seconds are a device that has got lost, not an outage.
    return `${reasons} > 0.5 and ${reasons} > scalar(${opened}) / 9`;
  };
}
