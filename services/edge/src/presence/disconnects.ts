// Tells the registry whose sessions are over: gathered, repeated until it has heard, one entry per device at most.
import type { registry } from '@mooring/proto';
import { asFault, every, type Runnable } from '@mooring/runtime';
import type { AdmittedDevice } from '../dialects/dialect.js';

export interface DisconnectsOptions {
  send(disconnections: readonly registry.Disconnection[]): Promise<unknown>;
  readonly maxPending: number;
  failed(code: string): void;
  dropped(): void;
}

const FLUSH_MS = 50;
const MAX_PER_CALL = 1_000;

export class Disconnects {
  readonly #options: DisconnectsOptions;
  // By device: a later session's end makes an earlier one's report needless, since the registry fences by epoch.
  readonly #pending = new Map<bigint, registry.Disconnection>();

  constructor(options: DisconnectsOptions) {
    this.#options = options;
  }

  get pending(): number {
    return this.#pending.size;
  }

  report(device: AdmittedDevice, reason: string): void {
    const { number: deviceNumber, epoch } = device;
    const known = this.#pending.get(deviceNumber);
    if (known !== undefined && known.epoch > epoch) return;
    if (known === undefined && this.#pending.size >= this.#options.maxPending) {
      this.#options.dropped();
      return;
    }
    this.#pending.set(deviceNumber, { deviceNumber, epoch, reason, atMs: Date.now() });
  }

  /** Sends what is pending, call by call; stops at the first failure and keeps the rest. False when it failed. */
  async flush(): Promise<boolean> {
    while (this.#pending.size > 0) {
      const batch = [...this.#pending.values()].slice(0, MAX_PER_CALL);
      try {
        await this.#options.send(batch);
      } catch (error) {
        this.#options.failed(asFault(error).code);
        return false;
      }
      for (const sent of batch) {
        if (this.#pending.get(sent.deviceNumber) === sent) this.#pending.delete(sent.deviceNumber);
      }
    }
    return true;
  }

  runnable(): Runnable {
    return {
      name: 'disconnects',
      run: async ({ signal, ready }) => {
        ready();
        await every(FLUSH_MS, async () => void (await this.flush()), signal);
        // What is left after this falls to the lease: the registry finds the node gone.
        await this.flush();
      },
    };
  }
}
