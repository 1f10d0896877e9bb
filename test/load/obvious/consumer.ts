// The consumer that most people would write first: one Prisma create per message, many at a time, no batches.
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { PrismaPg } from '@prisma/adapter-pg';
import type { PairOptions } from '../contestants/pair.js';
import { shared } from '../contestants/shared.js';
import { PrismaClient } from '../generated/client.js';

interface Reading {
  readonly device: string;
  readonly time: string;
  readonly metric: string;
  readonly value: number;
}

/** Inserts at one time: several for each of the pool's ten connections (pg's default). */
const CONCURRENCY = 50;

const { natsUrl, postgresUrl }: PairOptions = JSON.parse(process.argv[2] ?? '{}');
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: postgresUrl }) });
const connection = await connect({ servers: natsUrl });
const manager = await jetstreamManager(connection);
await manager.streams.add({ name: 'READING', subjects: ['reading.*'] });
await manager.consumers.add('READING', {
  durable_name: 'store',
  ack_policy: AckPolicy.Explicit,
  max_ack_pending: 10_000,
});
const consumer = await jetstream(connection).consumers.get('READING', 'store');
const messages = shared(await consumer.consume({ max_messages: 1_000 }));
process.send?.('ready');
process.once('disconnect', () => process.kill(process.pid));

async function storeOneByOne(): Promise<void> {
  for await (const message of messages) {
    const { device, time, metric, value } = message.json<Reading>();
    await prisma.reading.create({ data: { device, time: new Date(time), metric, value } });
    message.ack();
    connection.publish('bench.stored.obvious', '1');
  }
}

await Promise.all(Array.from({ length: CONCURRENCY }, storeOneByOne));
