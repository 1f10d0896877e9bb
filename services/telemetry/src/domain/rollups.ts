// Gathers the series of all devices of a transaction and gives them back in the one order in which rows are locked.
import type { CheckedBatch } from './batch.js';
import type { Level } from './level.js';
import type { Increment } from './meter.js';
import { MeteredSeries } from './metered-series.js';
import { type Rollup, Series } from './rollup.js';
import { dayStartIn } from './zone.js';

/** One device's part of a transaction. */
interface DeviceSeries {
  readonly number: bigint;
  /** The zone in which its organization's days begin. */
  zone: string;
  readonly series: Map<number, Series>;
  metered: MeteredSeries | undefined;
}

/** What the counter of one device showed. */
export interface MeteredDevice {
  readonly deviceNumber: bigint;
  /** Of its organization. */
  readonly timeZone: string;
  readonly increments: readonly Increment[];
}

/** A rollup and whose it is. */
export interface KeyedRollup {
  readonly deviceNumber: bigint;
  readonly metricId: number;
  readonly rollup: Rollup;
}

export class Rollups {
  readonly #devices = new Map<bigint, DeviceSeries>();

  /**
   * Adds the readings of a batch. `metricIds` holds a number per metric of the batch, undefined for one that is refused;
   * `skipped` the readings that were stored before.
   */
  add(
    batch: CheckedBatch,
    metricIds: readonly (number | undefined)[],
    skipped: ReadonlySet<number> | undefined,
  ): void {
    const devices = batch.sources.map(({ deviceNumber, organization }) =>
      this.#device(deviceNumber, batch.organizations[organization]?.timeZone ?? 'UTC'),
    );
    const { source, metric, value, timeOffsetMs, intervalS, baseTimeMs } = batch;
    for (let i = 0; i < source.length; i++) {
      const device = devices[source[i] ?? -1];
      const metricId = metricIds[metric[i] ?? -1];
      if (device === undefined || metricId === undefined || skipped?.has(i)) continue;
      let series = device.series.get(metricId);
      if (series === undefined) {
        series = new Series(metricId);
        device.series.set(metricId, series);
      }
      series.add(Math.round(baseTimeMs + (timeOffsetMs[i] ?? 0)), value[i] ?? 0, intervalS[i] ?? 0);
    }
  }

  /** Adds what counters showed, under a metric that no batch holds. */
  addMetered(metricId: number, devices: readonly MeteredDevice[]): void {
    for (const { deviceNumber, timeZone, increments } of devices) {
      if (increments.length === 0) continue;
      const device = this.#device(deviceNumber, timeZone);
      device.metered ??= new MeteredSeries(metricId);
      for (const increment of increments) device.metered.add(increment);
    }
  }

  /** All buckets of a level in the order of device, metric and time, the same in every process, so that none deadlock. */
  at(level: Level): KeyedRollup[] {
    const found: KeyedRollup[] = [];
    const devices = [...this.#devices.values()].sort((a, b) => (a.number < b.number ? -1 : 1));
    for (const { number: deviceNumber, zone, series, metered } of devices) {
      const dayStart = dayStartIn(zone);
      const all = metered === undefined ? [...series.values()] : [...series.values(), metered];
      for (const each of all.sort((a, b) => a.metricId - b.metricId)) {
        const { metricId } = each;
        for (const rollup of each.at(level, dayStart)) found.push({ deviceNumber, metricId, rollup });
      }
    }
    return found;
  }

  #device(number: bigint, zone: string): DeviceSeries {
    let device = this.#devices.get(number);
    if (device === undefined) {
      device = { number, zone, series: new Map(), metered: undefined };
      this.#devices.set(number, device);
    }
    device.zone = zone;
    return device;
  }
}
