// Says how far a durable has come in its stream, for those who must not take a backlog for silence.
import type { Bus } from './bus.js';
import { connectionOf } from './connection-of.js';
import type { Durable } from './durable.js';

/** Where a stream ends, and up to where a durable has handled it. */
export interface Progress {
  /** Number of the newest message of the stream, whatever its subject. */
  readonly last: number;
  /** Every message of the durable up to this number of the stream is settled. */
  readonly settled: number;
  /** Nothing is left: no message waits, none is unsettled. */
  readonly idle: boolean;
}

/** Asks the server, all replicas of the durable together. Fault `unavailable` or `deadline` (5 s). */
export function durableProgress(
  bus: Bus,
  durable: Pick<Durable<unknown>, 'name' | 'stream'>,
): Promise<Progress> {
  const connected = connectionOf(bus);
  return connected.waitFor(`asking about durable ${durable.name}`, async () => {
    const manager = await connected.manager();
    // The end of the stream first: what comes in between the two answers is not taken for handled.
    const { state } = await manager.streams.info(durable.stream.name);
    const { ack_floor, num_pending, num_ack_pending } = await manager.consumers.info(
      durable.stream.name,
      durable.name,
    );
    return {
      last: state.last_seq,
      settled: ack_floor.stream_seq,
      idle: num_pending === 0 && num_ack_pending === 0,
    };
  });
}
