// Shares one bus subscription per organization among everybody who watches it, and ends it with the last of them.
import { live } from '@mooring/proto';
import { type Bus, every, Fault, type Runnable, type Subscription } from '@mooring/runtime';
import { liveClientsServed } from '../events.js';
import { itemsOf } from './encode.js';
import type { Watcher } from './watcher.js';

interface Channel {
  readonly watchers: Set<Watcher>;
  readonly subscription: Subscription;
}

const HEARTBEAT_MS = 15_000;
// A watcher's right to watch is asked for again every so many heartbeats.
const RECHECK_BEATS = 4;

/** The live streams of this process. */
export class LiveHub {
  readonly #bus: Bus;
  readonly #maxWatchers: number;
  readonly #channels = new Map<string, Channel>();
  readonly #watchers = new Set<Watcher>();
  #closed = false;
  #beats = 0;

  constructor(bus: Bus, maxWatchers: number) {
    this.#bus = bus;
    this.#maxWatchers = maxWatchers;
  }

  /** Begins to tell a watcher what happens in its organizations, until its stream closes. Fault `exhausted` when full. */
  add(watcher: Watcher): void {
    if (this.#closed) throw new Fault('unavailable', 'this process is stopping');
    if (this.#watchers.size >= this.#maxWatchers) throw new Fault('exhausted', 'too many live streams');
    this.#watchers.add(watcher);
    for (const organization of watcher.organizations) this.#channel(organization).watchers.add(watcher);
    watcher.stream.once('close', () => this.#remove(watcher));
    liveClientsServed(this.#watchers.size);
  }

  /** Organizations that are subscribed to. */
  get subscriptions(): number {
    return this.#channels.size;
  }

  /** Sends heartbeats until the process stops, then ends every stream. */
  runnable(heartbeatMs = HEARTBEAT_MS): Runnable {
    return {
      name: 'live streams',
      run: async ({ signal, ready }) => {
        ready();
        await every(heartbeatMs, () => this.#beat(), signal);
        this.#closed = true;
        for (const watcher of [...this.#watchers]) watcher.stream.finish();
      },
    };
  }

  #channel(organization: string): Channel {
    const existing = this.#channels.get(organization);
    if (existing !== undefined) return existing;
    const watchers = new Set<Watcher>();
    const subscription = this.#bus.subscribe(live.event, { organization }, (event) => {
      const items = itemsOf(event);
      for (const watcher of watchers) watcher.tell(items);
    });
    const channel = { watchers, subscription };
    this.#channels.set(organization, channel);
    return channel;
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    for (const organization of watcher.organizations) {
      const channel = this.#channels.get(organization);
      channel?.watchers.delete(watcher);
      if (channel === undefined || channel.watchers.size > 0) continue;
      channel.subscription.close();
      this.#channels.delete(organization);
    }
    liveClientsServed(this.#watchers.size);
  }

  // Rechecks a part of the watchers at each beat, so that the registry is not asked for all of them at once.
  async #beat(): Promise<void> {
    const turn = this.#beats++ % RECHECK_BEATS;
    const watchers = [...this.#watchers];
    for (const watcher of watchers) watcher.beat();
    await Promise.all(
      watchers.filter((_, index) => index % RECHECK_BEATS === turn).map((each) => each.recheck()),
    );
  }
}
