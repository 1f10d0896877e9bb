// What each alert must see and what it must not.

import { burnRateCases } from './_alert-cases-burn-rates.js';
import {
  type AlertCase,
  CLOSED,
  DRAINED,
  OPENED,
  page,
  REFUSED,
  SOCKETS,
  ticket,
  UNWELCOME,
  UP,
} from './_alert-series.js';

const symptomCases: readonly AlertCase[] = [
  {
    alert: 'ServiceGone',
    when: 'all processes of a service are gone, and with them what Prometheus knows of it',
    series: Object.fromEntries(UP),
    atMinute: 5,
    fires: [{ ...page, job: 'telemetry' }],
  },
  {
    alert: 'ServiceGone',
    when: 'one of two processes answers',
    series: {
      ...Object.fromEntries(UP),
      'up{job="telemetry",instance="a"}': '0x10',
      'up{job="telemetry",instance="b"}': '1x10',
    },
    atMinute: 5,
    fires: [],
  },
  {
    alert: 'ProcessDown',
    when: 'one of two processes does not answer for five minutes',
    series: { 'up{job="edge",instance="a"}': '0x10', 'up{job="edge",instance="b"}': '1x10' },
    atMinute: 6,
    fires: [{ ...ticket, job: 'edge', instance: 'a' }],
  },
  {
    alert: 'ProcessRestarts',
    when: 'a process started three more times within an hour',
    series: { 'process_start_time_seconds{job="registry",instance="a"}': '1x5 2x5 3x5 4x5' },
    atMinute: 22,
    fires: [{ ...ticket, job: 'registry', instance: 'a' }],
  },
  {
    alert: 'EventsLost',
    when: 'the first loss makes a counter that was not there before',
    series: {
      'mooring_edge_events_lost_total{instance="e1",kind="reading",reason="buffer_full"}': '_x5 7x10',
    },
    atMinute: 8,
    fires: [{ ...page, kind: 'reading', reason: 'buffer_full' }],
  },
  {
    alert: 'EventsLost',
    when: 'it was long ago',
    series: { 'mooring_edge_events_lost_total{instance="e1",kind="reading",reason="buffer_full"}': '7x60' },
    atMinute: 50,
    fires: [],
  },
  {
    alert: 'BufferFilling',
    when: 'an edge holds 60 % of its bound',
    series: {
      'mooring_edge_buffer_bytes{job="edge",instance="e1"}': '60x10',
      'mooring_edge_buffer_limit_bytes{job="edge",instance="e1"}': '100x10',
    },
    atMinute: 3,
    fires: [{ ...page, job: 'edge', instance: 'e1' }],
  },
  {
    alert: 'BusDisconnected',
    when: 'a process has lost NATS',
    series: { 'mooring_bus_connected{job="edge",instance="e1"}': '1 0x10' },
    atMinute: 4,
    fires: [{ ...page, job: 'edge', instance: 'e1' }],
  },
  {
    alert: 'ConsumerBehind',
    when: 'one of two replicas holds a message that is two minutes old',
    series: {
      'mooring_consumer_lag_seconds{job="telemetry",instance="a",durable="telemetry-readings"}': '120x10',
      'mooring_consumer_lag_seconds{job="telemetry",instance="b",durable="telemetry-readings"}': '1x10',
    },
    atMinute: 4,
    fires: [{ ...page, durable: 'telemetry-readings' }],
  },
  {
    alert: 'DeadLetters',
    when: 'a message is given up',
    series: {
      'mooring_consumer_settled_total{durable="registry-control",outcome="ack"}': '0+9x30',
      'mooring_consumer_settled_total{durable="registry-control",outcome="dead_letter"}': '_x9 1x20',
    },
    atMinute: 12,
    fires: [{ ...ticket, durable: 'registry-control' }],
  },
  {
    alert: 'OutboxStuck',
    when: 'the oldest fact of the registry waits for more than a minute',
    series: { 'mooring_registry_outbox_age_seconds{job="registry",instance="a"}': '0+60x10' },
    atMinute: 6,
    fires: [{ ...page, job: 'registry' }],
  },
  {
    alert: 'CommandsStuck',
    when: 'the oldest command that could be sent waits for more than half a minute',
    series: { 'mooring_registry_command_queue_age_seconds{job="registry",instance="a"}': '0+60x10' },
    atMinute: 5,
    fires: [page],
  },
  {
    alert: 'WebhooksOverdue',
    when: 'a delivery has been due for longer than two minutes',
    series: { 'mooring_webhook_overdue_seconds{job="telemetry",instance="a"}': '0+60x20' },
    atMinute: 10,
    fires: [ticket],
  },
  {
    alert: 'ConnectionsRefused',
    when: 'two a second are refused, and four a second let in',
    series: { [REFUSED]: '0+120x20', [OPENED]: '0+240x20' },
    atMinute: 12,
    fires: [{ ...page, reason: 'overloaded' }],
  },
  {
    alert: 'ConnectionsRefused',
    when: 'two a second present wrong credentials, and four a second are let in',
    series: { [UNWELCOME]: '0+120x20', [OPENED]: '0+240x20' },
    atMinute: 12,
    fires: [{ ...ticket, reason: 'status_401' }],
  },
  {
    alert: 'ConnectionsRefused',
    when: 'as many are refused, and a hundred times as many let in',
    series: { [REFUSED]: '0+120x20', [OPENED]: '0+12000x20' },
    atMinute: 12,
    fires: [],
  },
  {
    alert: 'DisconnectStorm',
    when: 'a thousand of a thousand sockets close at once',
    series: { [CLOSED]: '0x5 1000x10', [SOCKETS]: '1000x20' },
    atMinute: 7,
    fires: [page],
  },
  {
    alert: 'DisconnectStorm',
    when: 'an edge is drained',
    series: { [DRAINED]: '0x5 1000x10', [CLOSED]: '0x20', [SOCKETS]: '1000x20' },
    atMinute: 7,
    fires: [],
  },
  {
    alert: 'EdgeFull',
    when: 'an edge has nine tenths of its sockets',
    series: {
      [SOCKETS]: '60x20',
      'mooring_edge_sockets{dialect="camera",instance="e1"}': '30x20',
      'mooring_edge_sockets_limit{instance="e1"}': '100x20',
    },
    atMinute: 12,
    fires: [{ ...ticket, instance: 'e1' }],
  },
  {
    alert: 'DialectCrashes',
    when: 'a dialect throws for the first time',
    series: { 'mooring_edge_dialect_crashes_total{instance="e1",dialect="berg"}': '_x5 1x10' },
    atMinute: 8,
    fires: [{ ...ticket, dialect: 'berg' }],
  },
  {
    alert: 'UpdatesFail',
    when: 'half of twelve fail or are not heard of again within an hour, while others are told to wait',
    series: {
      'mooring_firmware_updates_ended_total{status="completed"}': '0+1x6 6x20',
      'mooring_firmware_updates_ended_total{status="failed"}': '0+0.5x6 3x20',
      'mooring_firmware_updates_ended_total{status="expired"}': '0+0.5x6 3x20',
      'mooring_firmware_updates_ended_total{status="withdrawn"}': '0+20x6 120x20',
    },
    atMinute: 20,
    fires: [ticket],
  },
  {
    alert: 'EventLoopBlocked',
    when: 'a process stands still for half a second at a time',
    series: { 'nodejs_eventloop_lag_p99_seconds{job="printing",instance="a"}': '0.5x10' },
    atMinute: 7,
    fires: [{ ...ticket, job: 'printing', instance: 'a' }],
  },
  {
    alert: 'PoolExhausted',
    when: 'callers wait at every scrape for five minutes',
    series: {
      'mooring_postgres_connections{job="registry",instance="a",pool="registry",state="waiting"}': '3x10',
    },
    atMinute: 7,
    fires: [{ ...ticket, job: 'registry', pool: 'registry' }],
  },
  {
    alert: 'SpansDropped',
    when: 'two spans a second are lost',
    series: { 'mooring_spans_dropped_total{job="edge",instance="e1",reason="export_failed"}': '0+120x30' },
    atMinute: 20,
    fires: [{ ...ticket, job: 'edge', reason: 'export_failed' }],
  },
];

export const alertCases: readonly AlertCase[] = [...burnRateCases, ...symptomCases];
