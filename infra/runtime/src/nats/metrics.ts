// Declares every metric of the bus; labels are templates, durables and outcomes, never ids.
import { counter, gauge, histogram } from '../metrics.js';

export const persistSeconds = histogram({
  name: 'mooring_bus_persist_seconds',
  help: 'From handing a message to JetStream until its acknowledgement, or until it failed.',
  labels: ['subject', 'outcome'],
  buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
});

export const droppedTotal = counter({
  name: 'mooring_bus_dropped_total',
  help: 'Messages lost on core NATS: not published, not decoded, or not handled.',
  labels: ['subject', 'reason'],
});

export const respondSeconds = histogram({
  name: 'mooring_bus_respond_seconds',
  help: 'Duration of requests on core NATS that were answered, by subject and outcome: ok, or the code of the fault.',
  labels: ['subject', 'code'],
  buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
});

/** Made by the first connection: a process that has no bus is not without it. */
export function connectedGauge() {
  return gauge({
    name: 'mooring_bus_connected',
    help: '1 while connected to NATS, else 0; absent in a process that does not use it.',
  });
}

export const settledTotal = counter({
  name: 'mooring_consumer_settled_total',
  help: 'Deliveries by what became of them: ack, retry or dead_letter.',
  labels: ['durable', 'outcome'],
});

export const batchMessages = histogram({
  name: 'mooring_consumer_batch_messages',
  help: 'Deliveries handed over at once.',
  labels: ['durable'],
  buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
});

export const handleSeconds = histogram({
  name: 'mooring_consumer_handle_seconds',
  help: 'How long a batch was worked on, by whether the handler threw.',
  labels: ['durable', 'outcome'],
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
});

export const lagMessages = gauge({
  name: 'mooring_consumer_lag_messages',
  help: 'Messages that a durable has not settled: those that wait and those in hand; every replica reports the same.',
  labels: ['durable'],
});

export const lagSeconds = gauge({
  name: 'mooring_consumer_lag_seconds',
  help: 'Age of the oldest message that this process has in hand; 0 when the durable has nothing left to settle.',
  labels: ['durable'],
});
