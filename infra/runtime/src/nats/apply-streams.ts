// Makes the server's streams what their definitions say. Run by one command, never by a service.
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { connectBus } from './connect.js';
import { connectionOf } from './connection-of.js';
import { natsFault } from './fault.js';
import { replicasOn } from './replicas.js';
import type { StreamDefinition } from './stream.js';

/** What was done about one stream. */
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
    return applied;
  } finally {
    await bus.close();
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
