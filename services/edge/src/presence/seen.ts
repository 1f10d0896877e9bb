// Reports, once a minute for the whole node, which devices were heard: heartbeats themselves never leave the edge.
import type { registry } from '@mooring/proto';
import { asFault, every, type Runnable } from '@mooring/runtime';
import type { Directory } from '../session/directory.js';

export interface SeenOptions {
  readonly directory: Directory;
  readonly everyMs: number;
  send(devices: readonly registry.SeenDevice[], atMs: number): Promise<unknown>;
  failed(code: string): void;
}

const MAX_PER_CALL = 10_000;

/** One round: asks every session, sends in few calls. A failed call is not repeated; the next round says more. */
async function reportSeen({ directory, send, failed }: SeenOptions): Promise<void> {
  const atMs = Date.now();
  const devices: registry.SeenDevice[] = [];
  for (const session of directory.all()) {
    for (const { number: deviceNumber, epoch } of session.seen()) devices.push({ deviceNumber, epoch });
  }
  for (let at = 0; at < devices.length; at += MAX_PER_CALL) {
    try {
      await send(devices.slice(at, at + MAX_PER_CALL), atMs);
    } catch (error) {
      failed(asFault(error).code);
    }
  }
}

export function seenRunnable(options: SeenOptions): Runnable {
  return {
    name: 'seen',
    run: async ({ signal, ready }) => {
      ready();
      await every(options.everyMs, () => reportSeen(options), signal);
    },
  };
}
