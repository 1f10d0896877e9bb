// The least that takes batches to rows: one insert per message, a few at a time.
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import type { PairOptions } from '../contestants/pair.js';
import { shared } from '../contestants/shared.js';
import { readBatch } from './batch.js';

/** Inserts at one time, each on its own connection. */
const CONCURRENCY = 4;
const POWER_W = 1;
const INSERT = {
  name: 'insert',
  text: `
INSERT INTO reading (device, time, metric, value)
SELECT device, to_timestamp(time / 1000), ${POWER_W}, value
FROM unnest($1::int8[], $2::float8[], $3::float8[]) AS r (device, time, value)`,
};

const { natsUrl, postgresUrl }: PairOptions = JSON.parse(process.argv[2] ?? '{}');
const pool = new pg.Pool({ connectionString: postgresUrl, max: CONCURRENCY });
const connection = await connect({ servers: natsUrl });
const manager = await jetstreamManager(connection);
await manager.streams.add({ name: 'READING', subjects: ['reading'] });
await manager.consumers.add('READING', { durable_name: 'store', ack_policy: AckPolicy.Explicit });
const consumer = await jetstream(connection).consumers.get('READING', 'store');
const messages = shared(await consumer.consume({ max_messages: 200 }));
process.send?.('ready');
process.once('disconnect', () => process.kill(process.pid));

async function storeBatches(): Promise<void> {
  for await (const message of messages) {
    const { device, time, value } = readBatch(message.data);
    await pool.query({ ...INSERT, values: [`{${device}}`, `{${time}}`, `{${value}}`] });
    message.ack();
    connection.publish('bench.stored.bare', String(device.length));
  }
}

await Promise.all(Array.from({ length: CONCURRENCY }, storeBatches));
