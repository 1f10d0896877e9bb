// Picks out of a transaction's batches the readings that rules watch, and puts them into the order of time.
import type { RuleBook } from './alarm-rule-book.js';
import type { WatchedReading } from './alarm-step.js';
import type { CheckedBatch } from './batch.js';

/** What one rule watches of one device in one transaction. */
export interface WatchedSeries {
  readonly ruleId: string;
  readonly deviceNumber: bigint;
  readonly deviceId: string;
  /** Oldest first. */
  readonly readings: readonly WatchedReading[];
}

interface Gathering extends WatchedSeries {
  readonly readings: WatchedReading[];
}

/** Gathers what is new in the batches of one transaction. */
export class WatchedReadings {
  readonly #book: Pick<RuleBook, 'of'>;
  readonly #series = new Map<string, Gathering>();

  constructor(book: Pick<RuleBook, 'of'>) {
    this.#book = book;
  }

  /** Adds a batch without the readings that are `repeated`; those of a refused metric are stored nowhere and not seen here. */
  add(
    batch: CheckedBatch,
    metricIds: readonly (number | undefined)[],
    repeated: ReadonlySet<number> | undefined,
  ): void {
    const rules = batch.organizations.map(({ id }) => this.#book.of(id));
    if (rules.every((found) => found === undefined)) return;
    const { source, metric, value, timeOffsetMs, intervalS, baseTimeMs } = batch;
    for (let i = 0; i < source.length; i++) {
      const from = batch.sources[source[i] ?? -1];
      const of = metric[i] ?? -1;
      const name = batch.metrics[of];
      if (from === undefined || name === undefined) continue;
      const watching = rules[from.organization]?.get(name);
      if (watching === undefined || metricIds[of] === undefined || repeated?.has(i)) continue;
      const reading = {
        timeMs: Math.round(baseTimeMs + (timeOffsetMs[i] ?? 0)),
        value: value[i] ?? 0,
        intervalS: intervalS[i] ?? 0,
      };
      for (const { id, device } of watching) {
        if (device !== undefined && device.number !== from.deviceNumber) continue;
        this.#of(id, from.deviceNumber, from.deviceId).readings.push(reading);
      }
    }
  }

  /** All series in the order of rule and device, the same in every process, so that none deadlock. */
  finish(): readonly WatchedSeries[] {
    const found = [...this.#series.values()];
    for (const { readings } of found) readings.sort((a, b) => a.timeMs - b.timeMs);
    return found.sort((a, b) => {
      if (a.ruleId !== b.ruleId) return a.ruleId < b.ruleId ? -1 : 1;
      return a.deviceNumber < b.deviceNumber ? -1 : 1;
    });
  }

  #of(ruleId: string, deviceNumber: bigint, deviceId: string): Gathering {
    const key = `${ruleId} ${deviceNumber}`;
    const found = this.#series.get(key) ?? { ruleId, deviceNumber, deviceId, readings: [] };
    this.#series.set(key, found);
    return found;
  }
}
