// One metering relay: its switch, its meter, and the readings that have not been reported.
import type { JsonObject } from '../json.js';

/** Readings that a v2 plug keeps while it cannot report; an hour of minutes. */
const MAX_KEPT = 60;

/** What draws power behind a plug. */
export interface PlugLoad {
  /** The plug's device id: a MAC address written in decimal. */
  readonly identifier: string;
  /** Watts while switched on; 40 unless told. */
  readonly watts?: (nowMs: number) => number;
}

export class Relay {
  readonly identifier: string;
  on = true;
  readonly #watts: (nowMs: number) => number;
  readonly #isV2: boolean;
  #wattHours = 0;
  #seq = 0;
  #kept: JsonObject[] = [];

  constructor(load: PlugLoad, isV2: boolean) {
    this.identifier = load.identifier;
    this.#watts = load.watts ?? (() => 40);
    this.#isV2 = isV2;
  }

  /** Closes an interval of `intervalMs` that ends now. */
  measure(nowMs: number, intervalMs: number): void {
    const interval = Math.max(1, Math.round(intervalMs / 1_000));
    const consumption = this.on ? Math.max(0, Math.round(this.#watts(nowMs))) : 0;
    this.#wattHours += (consumption * interval) / 3_600;
    const meter = this.#isV2 ? { wh: Math.round(this.#wattHours * 1_000) / 1_000 } : {};
    this.#kept.push({ interval, consumption, ...meter });
    // A bare client has no memory: what it could not send is gone.
    if (this.#kept.length > (this.#isV2 ? MAX_KEPT : 1)) this.#kept.shift();
  }

  /** The report of everything that is kept, oldest first, which is then no longer kept; undefined when there is nothing. */
  takeReport(nowMs: number): JsonObject | undefined {
    const consumptions = this.#kept;
    if (consumptions.length === 0) return undefined;
    this.#kept = [];
    const bare = { cmd: 'report', deviceId: this.identifier };
    if (!this.#isV2) return { ...bare, consumptions };
    this.#seq += 1;
    return { ...bare, seq: this.#seq, ts: Math.floor(nowMs / 1_000), on: this.on, consumptions };
  }
}
