// Many plugs that report steadily and dial again when they are cut off.
import { every } from '@mooring/runtime';
import { WebSocket } from 'ws';

export interface SwarmPlug {
  readonly deviceId: string;
  readonly edge: string;
  /** Whether it dials again after it lost its socket. */
  stays: boolean;
}

const REDIAL_MS = 250;

/** Plugs that send one report of one entry each, `perS` times a second, until stopped. */
export class Swarm {
  readonly plugs: readonly SwarmPlug[];
  readonly #sockets = new Map<SwarmPlug, WebSocket>();
  readonly #stop = new AbortController();
  readonly #done: Promise<unknown>;
  reporting = true;
  sent = 0;

  constructor(plugs: readonly SwarmPlug[], perS: number) {
    this.plugs = plugs;
    for (const plug of plugs) this.#dial(plug);
    const { signal } = this.#stop;
    this.#done = Promise.all([
      every(1_000 / perS, () => this.#report(), signal),
      every(REDIAL_MS, () => this.#redial(), signal),
    ]);
  }

  get connected(): number {
    return this.plugs.filter((plug) => this.#sockets.get(plug)?.readyState === WebSocket.OPEN).length;
  }

  /** Cuts a plug off, for good when it does not stay. */
  cut(plug: SwarmPlug): void {
    this.#sockets.get(plug)?.terminate();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    for (const socket of this.#sockets.values()) socket.terminate();
  }

  #dial(plug: SwarmPlug): void {
    const socket = new WebSocket(`${plug.edge}/socket`, { perMessageDeflate: false });
    this.#sockets.set(plug, socket);
    socket.on('open', () => socket.send(JSON.stringify({ cmd: 'hello', deviceId: plug.deviceId })));
    // A failed dial ends in CLOSED and is tried again by the next round.
    socket.on('error', () => undefined);
  }

  #redial(): void {
    for (const plug of this.plugs) {
      if (plug.stays && this.#sockets.get(plug)?.readyState === WebSocket.CLOSED) this.#dial(plug);
    }
  }

  #report(): void {
    if (!this.reporting) return;
    for (const plug of this.plugs) {
      const socket = this.#sockets.get(plug);
      if (socket?.readyState !== WebSocket.OPEN) continue;
      this.sent += 1;
      const consumptions = [{ interval: 60, consumption: this.sent % 3_000 }];
      socket.send(JSON.stringify({ cmd: 'report', deviceId: plug.deviceId, consumptions }));
    }
  }
}
