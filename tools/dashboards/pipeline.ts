// The ladder from a frame to a row, and every queue on it: bus, consumers, outboxes, dead letters, webhooks.
import type { Dashboard } from './panel.js';
import { quantile, quantiles, rate } from './promql.js';

export const pipeline: Dashboard = {
  uid: 'pipeline',
  title: 'Pipeline',
  says: 'Where what devices say is on its way, how long each step takes and what waits.',
  rows: [
    {
      title: 'Ladder',
      panels: [
        {
          title: 'Frame → durable → stored, 99th percentile',
          says: 'The difference is the stream and telemetry. Exemplars lead to the trace of a frame.',
          unit: 's',
          queries: {
            durable: quantile(0.99, 'mooring_edge_durable_seconds', '', 'kind="reading"'),
            stored: quantile(0.99, 'mooring_readings_frame_to_stored_seconds'),
          },
        },
        {
          title: 'Readings and log entries stored',
          says: 'A second.',
          unit: 'cps',
          queries: {
            readings: rate('mooring_readings_stored_total'),
            'log entries': rate('mooring_log_entries_stored_total'),
          },
        },
        {
          title: 'Batches and readings that were not stored',
          says: 'Duplicates are redeliveries and harmless; dead and refused are not.',
          unit: 'cps',
          queries: {
            '{{durable}} {{outcome}}': rate('mooring_batches_total{outcome!="stored"}', 'durable, outcome'),
            'refused {{reason}}': rate('mooring_readings_refused_total', 'reason'),
          },
        },
      ],
    },
    {
      title: 'Consumers',
      panels: [
        {
          title: 'Age of the oldest in hand',
          says: 'Above a minute for two minutes is a page.',
          unit: 's',
          queries: { '{{durable}}': 'max by (durable) (mooring_consumer_lag_seconds)' },
        },
        {
          title: 'Not settled',
          says: 'Growing: too slow. Standing: stuck.',
          unit: 'short',
          queries: { '{{durable}}': 'max by (durable) (mooring_consumer_lag_messages)' },
        },
        {
          title: 'Settled',
          says: 'Retries come again, dead letters are kept for somebody to look at.',
          unit: 'cps',
          queries: { '{{durable}} {{outcome}}': rate('mooring_consumer_settled_total', 'durable, outcome') },
        },
        {
          title: 'Time for a batch, 95th percentile',
          says: 'By durable and whether the handler threw.',
          unit: 's',
          queries: {
            '{{durable}} {{outcome}}': quantile(0.95, 'mooring_consumer_handle_seconds', 'durable, outcome'),
          },
        },
        {
          title: 'Messages in a batch, median',
          says: 'Large batches mean that much came while the last one was worked on.',
          unit: 'short',
          queries: { '{{durable}}': quantile(0.5, 'mooring_consumer_batch_messages', 'durable') },
        },
        {
          title: 'Facts, hellos, answers',
          says: 'What the registry made of what devices said.',
          unit: 'cps',
          queries: {
            'facts {{outcome}}': rate('mooring_registry_facts_total', 'outcome'),
            'hellos {{outcome}}': rate('mooring_registry_arrivals_total', 'outcome'),
            'answers {{outcome}}': rate('mooring_registry_command_answers_total', 'outcome'),
          },
        },
      ],
    },
    {
      title: 'Bus and outboxes',
      panels: [
        {
          title: 'JetStream acknowledges within, 99th percentile',
          says: 'The disks of NATS.',
          unit: 's',
          queries: { '{{subject}}': quantile(0.99, 'mooring_bus_persist_seconds', 'subject') },
        },
        {
          title: 'Requests on the bus, 99th percentile',
          says: 'Deliveries to edges, requests to signaling.',
          unit: 's',
          queries: { '{{subject}} {{code}}': quantile(0.99, 'mooring_bus_respond_seconds', 'subject, code') },
        },
        {
          title: 'Lost on core NATS, and processes without it',
          says: 'Live messages may be lost; nothing else goes that way.',
          unit: 'short',
          queries: {
            'lost a second: {{subject}} {{reason}}': rate('mooring_bus_dropped_total', 'subject, reason'),
            'without NATS: {{job}}': 'count by (job) (mooring_bus_connected == 0)',
          },
        },
        {
          title: 'Age of the oldest in the outboxes',
          says: 'Committed and not published yet.',
          unit: 's',
          queries: {
            registry: 'max(mooring_registry_outbox_age_seconds)',
            alarms: 'max(mooring_alarm_outbox_age_seconds)',
            updates: 'max(mooring_firmware_outbox_age_seconds)',
          },
        },
        {
          title: 'Webhooks',
          says: 'Attempts by what follows, and what waits.',
          unit: 'short',
          queries: {
            'a second: {{outcome}}': rate('mooring_webhook_attempts_total', 'outcome'),
            waiting: 'max(mooring_webhook_waiting_deliveries)',
            'overdue, s': 'max(mooring_webhook_overdue_seconds)',
          },
        },
        {
          title: 'From frame to stored',
          says: 'Promised: 99.9 % within 2.5 s.',
          unit: 's',
          queries: quantiles('mooring_readings_frame_to_stored_seconds'),
        },
      ],
    },
  ],
};
