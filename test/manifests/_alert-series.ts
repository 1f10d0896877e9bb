// Series as promtool's notation has them, one value a minute: how those of a case are written, and a day like any other.

/** Series by their selector, with values a minute apart: `0+3x60` grows by 3 sixty times, `1x5` stays 1. */
export type Series = Readonly<Record<string, string>>;

export interface AlertCase {
  readonly alert: string;
  /** What is wrong. */
  readonly when: string;
  readonly series: Series;
  /** Minutes between values; 1 unless told. */
  readonly everyMinutes?: number;
  /** Minutes since the first value. */
  readonly atMinute: number;
  /** Labels of each alert that fires then, besides its name; none when it must be quiet. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

export const page = { severity: 'page' };
export const ticket = { severity: 'ticket' };

/** Of an objective: both severities, each with its name. */
export const both = (slo: string) => [
  { ...page, slo },
  { ...ticket, slo },
];

export const http = (rest: string): string =>
  `mooring_http_request_duration_seconds_${rest}`.replace('{', '{job="api",method="GET",route="/v1/me",');

export const answered = (good: string, bad: string): Series => ({
  [http('count{status="200"}')]: good,
  [http('count{status="503"}')]: bad,
});

export function histogram(name: string, le: string, all: string, good: string): Series {
  return { [`${name}_count`]: all, [`${name}_bucket{le="${le}"}`]: good };
}

export const REFUSED =
  'mooring_edge_upgrades_refused_total{dialect="kinetid",instance="e1",reason="overloaded"}';
export const UNWELCOME =
  'mooring_edge_upgrades_refused_total{dialect="nerveshub",instance="e1",reason="status_401"}';
export const OPENED = 'mooring_edge_connections_total{dialect="kinetid",instance="e1"}';
export const CLOSED =
  'mooring_edge_disconnects_total{dialect="kinetid",instance="e1",reason="connection_lost"}';
export const DRAINED = 'mooring_edge_disconnects_total{dialect="kinetid",instance="e1",reason="drain"}';
export const SOCKETS = 'mooring_edge_sockets{dialect="kinetid",instance="e1"}';
export const UP = ['api', 'edge', 'firmware-update', 'printing', 'registry', 'signaling'].map(
  (job) => [`up{job="${job}",instance="a"}`, '1x10'] as const,
);

/** A day like any other: nothing fires, whatever is looked at. */
export const healthy: Series = {
  ...Object.fromEntries(
    [...UP, ['up{job="telemetry",instance="a"}', '1x60'] as const].map(([up]) => [up, '1x60']),
  ),
  ...answered('0+1000x60', '0x60'),
  ...histogram('mooring_readings_frame_to_stored_seconds', '2.5', '0+1000x60', '0+1000x60'),
  ...histogram('mooring_registry_command_dispatch_seconds', '5', '0+100x60', '0+100x60'),
  [http('bucket{status="200",le="0.5"}')]: '0+1000x60',
  'mooring_edge_admissions_total{dialect="kinetid",outcome="admitted"}': '0+100x60',
  'mooring_edge_admissions_total{dialect="kinetid",outcome="unavailable"}': '0x60',
  'mooring_edge_watch_seconds_count{outcome="ready"}': '0+10x60',
  'process_start_time_seconds{job="edge",instance="e1"}': '1x60',
  'mooring_edge_events_lost_total{instance="e1",kind="reading",reason="buffer_full"}': '0x60',
  'mooring_edge_buffer_bytes{job="edge",instance="e1"}': '5x60',
  'mooring_edge_buffer_limit_bytes{job="edge",instance="e1"}': '100x60',
  'mooring_bus_connected{job="edge",instance="e1"}': '1x60',
  'mooring_consumer_lag_seconds{job="telemetry",durable="telemetry-readings"}': '0.2x60',
  'mooring_consumer_settled_total{durable="telemetry-readings",outcome="ack"}': '0+900x60',
  'mooring_consumer_settled_total{durable="telemetry-readings",outcome="dead_letter"}': '0x60',
  'mooring_registry_outbox_age_seconds{job="registry"}': '0.1x60',
  'mooring_registry_command_queue_age_seconds{job="registry"}': '0.1x60',
  'mooring_webhook_overdue_seconds{job="telemetry"}': '1x60',
  [REFUSED]: '0+1x60',
  [OPENED]: '0+100x60',
  [CLOSED]: '0+5x60',
  [SOCKETS]: '5000x60',
  'mooring_edge_sockets_limit{instance="e1"}': '20000x60',
  'mooring_edge_dialect_crashes_total{dialect="berg"}': '0x60',
  'mooring_firmware_updates_ended_total{status="completed"}': '0+5x60',
  'mooring_firmware_updates_ended_total{status="failed"}': '0+0.1x60',
  'nodejs_eventloop_lag_p99_seconds{job="edge",instance="e1"}': '0.02x60',
  'mooring_postgres_connections{job="registry",pool="registry",state="waiting"}': '0x60',
  'mooring_spans_dropped_total{job="edge",reason="export_failed"}': '0x60',
};
