// Decides how many copies of a stream or bucket the server at hand can keep.
import type { NatsConnection } from '@nats-io/transport-node';

const CLUSTER_REPLICAS = 3;

/** `wanted` (3 when absent) on a cluster; 1 on a server of its own, which refuses more. */
export function replicasOn(nats: NatsConnection, wanted = CLUSTER_REPLICAS): number {
  return nats.info?.cluster === undefined ? 1 : wanted;
}
