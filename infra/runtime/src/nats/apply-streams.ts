// Makes the server's streams and buckets what their definitions say. Run by one command, never by a service.
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { type BucketDefinition, streamOfBucket } from './bucket.js';
import { connectBus } from './connect.js';
import type { ConnectedBus } from './connected-bus.js';
import { connectionOf } from './connection-of.js';
import { natsFault } from './fault.js';
import { replicasOn } from './replicas.js';
import type { StreamDefinition } from './stream.js';

/** What was done about one stream, or the stream of a bucket. */
export interface AppliedStream {
  readonly name: string;
  readonly change: 'created' | 'updated';
}

/**
 * Creates what is missing and updates what is there; messages are kept as far as the new limits let them. May be
 * repeated, and run by several at once. Fault `unavailable` or `deadline` without a server, `invalid` when a definition
 * is refused.
 */
export async function applyStreams(
  url: string,
  streams: readonly StreamDefinition[],
  buckets: readonly BucketDefinition[] = [],
): Promise<readonly AppliedStream[]> {
  const bus = await connectBus({ url, name: 'streams' });
  try {
    const connection = connectionOf(bus);
    const { streams: api } = await connection.manager();
    const applied: AppliedStream[] = [];
    for (const definition of streams) {
      const { name } = definition;
      const config = streamConfig(connection.nats, definition);
      try {
        const exists = await api.info(name).then(() => true, absent);
        if (exists) await api.update(name, config);
        else await api.add(config);
        applied.push({ name, change: exists ? 'updated' : 'created' });
      } catch (error) {
        throw natsFault(error, `applying stream ${name}`);
      }
    }
    for (const definition of buckets) applied.push(await applyBucket(connection, definition));
    return applied;
  } finally {
    await bus.close();
  }
}

async function applyBucket(
  connection: ConnectedBus,
  { name, maxBytes, replicas, why }: BucketDefinition,
): Promise<AppliedStream> {
  const stream = streamOfBucket(name);
  try {
    const { streams } = await connection.manager();
    const exists = await streams.info(stream).then(() => true, absent);
    const settings = { description: why, max_bytes: maxBytes };
    const copies = replicasOn(connection.nats, replicas);
    if (exists) await streams.update(stream, { ...settings, num_replicas: copies });
    else {
      const file = { ...settings, replicas: copies, storage: StorageType.File };
      const store = await new Objm(connection.js).create(name, file);
      // The client tells nobody that the server refused.
      await store.status();
    }
    return { name: stream, change: exists ? 'updated' : 'created' };
  } catch (error) {
    throw natsFault(error, `applying bucket ${name}`);
  }
}

function absent(error: unknown): false {
  if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return false;
  throw error;
}

function streamConfig(
  nats: NatsConnection,
  definition: StreamDefinition,
): Partial<StreamConfig> & { name: string } {
  return {
    name: definition.name,
    description: definition.why,
    subjects: definition.subjects.map(({ filter }) => filter),
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(definition.maxAgeMs),
    max_bytes: definition.maxBytes,
    duplicate_window: nanos(definition.duplicateWindowMs),
    num_replicas: replicasOn(nats, definition.replicas),
  };
}
