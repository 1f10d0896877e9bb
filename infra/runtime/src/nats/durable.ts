// What a durable consumer is, as data, and how it is put on the server.
import { AckPolicy, type Consumer, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { ConnectedBus } from './connected-bus.js';
import type { StreamDefinition } from './stream.js';
import type { Subject } from './subject.js';

/** A place in a stream that the server remembers; replicas of a service share it. */
export interface Durable<T> {
  /** `<service>-<purpose>`. */
  readonly name: string;
  readonly stream: StreamDefinition;
  /** What it gets of the stream; one subject, because nats-server 2.9 filters by one. */
  readonly subject: Subject<string, T>;
  /** A delivery that is neither settled nor worked on for this long comes again. */
  readonly ackWaitMs: number;
  /** How many deliveries may be unsettled at once, all replicas together. */
  readonly maxAckPending: number;
}

/** Creates the durable or changes it to this definition. Fault `unavailable` while its stream is missing. */
export function attach<T>(bus: ConnectedBus, durable: Durable<T>): Promise<Consumer> {
  const { name, stream, subject, ackWaitMs, maxAckPending } = durable;
  return bus.waitFor(`attaching durable ${name}`, async () => {
    const manager = await bus.manager();
    await manager.consumers.add(stream.name, {
      durable_name: name,
      filter_subject: subject.filter,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: maxAckPending,
      // The consumer decides when to give up, not the server, which would drop the message without a copy.
      max_deliver: -1,
      deliver_policy: DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
    });
    return bus.js.consumers.get(stream.name, name);
  });
}
