// Holds this node's lease while the process lives; when it lapses the registry declares the node's devices lost.
import { edgeLease } from '@mooring/proto';
import { asFault, type Bus, every, type Runnable } from '@mooring/runtime';

export interface LeaseOptions {
  readonly bus: Bus;
  readonly node: string;
  readonly boot: string;
  failed(code: string): void;
}

/** Ready once the lease is held, so no device is admitted before it. Gives the lease back at stop. */
export function leaseRunnable({ bus, node, boot, failed }: LeaseOptions): Runnable {
  return {
    name: 'lease',
    run: async ({ signal, ready }) => {
      const lease = await bus.lease(edgeLease.bucket, edgeLease.ttlMs);
      const renew = (): Promise<void> =>
        lease.put(node, boot).catch((error: unknown) => failed(asFault(error).code));
      await lease.put(node, boot);
      // After an outage every moment counts: the registry waits only a few seconds for nodes to come back.
      bus.onReconnect(() => void renew());
      ready();
      await every(edgeLease.renewMs, renew, signal);
      await lease.delete(node).catch((error: unknown) => failed(asFault(error).code));
    },
  };
}
