// Decides when which plug reports: a closed loop bounded by what is stored, or an open loop at a fixed rate.
import { every } from '@mooring/runtime';
import type { Plug } from './plug.js';

const TICK_MS = 1;

export class Load {
  readonly #plugs: readonly Plug[];
  #next = 0;
  #inFlight = 0;
  #running = new AbortController();
  /** Per report of the open loop: when it was due. Reports are taken to be stored in the order in which they were sent. */
  #dueMs: { firstSent: number; startMs: number; perS: number } | undefined;
  #latencies: number[] = [];
  sent = 0;
  stored = 0;

  constructor(plugs: readonly Plug[]) {
    this.#plugs = plugs;
  }

  closedLoop(inFlight: number): void {
    this.pause();
    this.#inFlight = inFlight;
    this.#fill();
  }

  openLoop(perS: number): void {
    this.pause();
    const startMs = performance.now();
    const firstSent = this.sent;
    this.#dueMs = { firstSent, startMs, perS };
    const send = (): void => {
      const due = Math.floor(((performance.now() - startMs) / 1000) * perS);
      while (this.sent - firstSent < due) this.#report();
    };
    void every(TICK_MS, send, this.#running.signal);
  }

  pause(): void {
    this.#running.abort();
    this.#running = new AbortController();
    this.#inFlight = 0;
  }

  onStored(count: number): void {
    const before = this.stored;
    this.stored += count;
    this.#observe(before);
    if (this.#inFlight > 0) this.#fill();
  }

  takeLatencies(): number[] {
    return this.#latencies.splice(0);
  }

  #fill(): void {
    while (this.sent - this.stored < this.#inFlight) this.#report();
  }

  // Each report is one write to the next socket: servers get one frame per read, as from a real fleet.
  #report(): void {
    this.#plugs[this.#next]?.report();
    this.#next = (this.#next + 1) % this.#plugs.length;
    this.sent += 1;
  }

  #observe(before: number): void {
    if (this.#dueMs === undefined) return;
    const { firstSent, startMs, perS } = this.#dueMs;
    const now = performance.now();
    for (let report = Math.max(before, firstSent); report < this.stored; report++)
      this.#latencies.push(now - startMs - ((report - firstSent + 1) / perS) * 1000);
  }
}
