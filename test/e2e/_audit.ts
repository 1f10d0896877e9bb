// What had reached the durable rung: every reading that the stream holds, counted once per batch identity.

import { runApp } from '@mooring/harness';
import { type bus, telemetryStream, uplink } from '@mooring/proto';
import { connectBus, consume, type Delivery } from '@mooring/runtime';
import pg from 'pg';

export interface Audit {
  /** Readings of distinct batches seen in the stream so far. */
  durable(): number;
  /** Rows in telemetry's table, and distinct ones by device, epoch, sequence and metric. */
  stored(): Promise<{ rows: number; distinct: number }>;
  stop(): Promise<void>;
}

export async function audit(natsUrl: string, postgresUrl: string): Promise<Audit> {
  const bus = await connectBus({ url: natsUrl, name: 'audit' });
  const batches = new Map<string, number>();
  const count = async (deliveries: readonly Delivery<bus.ReadingBatch>[]): Promise<void> => {
    for (const { message } of deliveries) {
      const { node, boot, sequence } = message.header ?? { node: '', boot: '', sequence: 0n };
      batches.set(`${node} ${boot} ${sequence}`, message.value.length);
    }
  };
  const durable = {
    name: 'test-audit',
    stream: telemetryStream,
    subject: uplink.reading,
    ackWaitMs: 30_000,
    maxAckPending: 1_000,
  };
  const running = await runApp({ runnables: [consume(bus, durable, count, { maxMessages: 500 })] });
  const url = new URL(postgresUrl);
  url.pathname = '/telemetry';
  return {
    durable: () => [...batches.values()].reduce((sum, readings) => sum + readings, 0),
    async stored() {
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      try {
        const { rows } = await client.query(
          'SELECT count(*)::int AS rows, count(DISTINCT (device_number, epoch, sequence, metric_id))::int AS distinct FROM reading',
        );
        return rows[0];
      } finally {
        await client.end();
      }
    },
    async stop() {
      await running.stop();
      await bus.close();
    },
  };
}
