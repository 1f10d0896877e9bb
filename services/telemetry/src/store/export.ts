// Reads all raw readings of devices in the order of time, a partition and a page at a time.
import { Fault, postgresFault } from '@mooring/runtime';
import type { Range } from '../domain/query.js';
import type { Pool } from './hot-pool.js';
import { partitionsOf, startOf } from './partitions.js';
import { RAW_COLUMNS, type RawReading } from './read-readings.js';

const DAY_MS = 86_400_000;
const PAGE_ROWS = 5_000;
/** An export holds a connection; the others are for questions. */
const MAX_EXPORTS = 4;

/** One raw reading, and the number of the device whose it is, as Postgres writes it. */
export interface ExportedReading extends RawReading {
  readonly deviceNumber: string;
}

/** Exports of one process. */
export class Exports {
  readonly #pool: Pool;
  #running = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * The readings of devices in a range, of one metric when it is given, in pages of at most 5 000: day by day, in a day
   * device by device. Each day is read from a snapshot of its own, so that a slow reader holds up no clean-up for long;
   * one that does nothing for a minute is cut off. Fault `exhausted` while four exports run. Whoever stops reading must end the iteration.
   */
  async *read(
    deviceNumbers: readonly bigint[],
    metricId: number | undefined,
    range: Range,
  ): AsyncGenerator<ExportedReading[]> {
    if (this.#running >= MAX_EXPORTS) throw new Fault('exhausted', 'too many exports at once');
    this.#running++;
    try {
      const days = (await partitionsOf(this.#pool, 'reading')).map(startOf);
      for (const slice of slices(range, days)) {
        yield* readSlice(this.#pool, deviceNumbers, metricId, slice);
      }
    } catch (error) {
      throw postgresFault(error);
    } finally {
      this.#running--;
    }
  }
}

/** A range, cut where partitions of a day begin and end; `days` are their starts in epoch milliseconds. */
export function slices({ fromMs, toMs }: Range, days: readonly number[]): Range[] {
  const cuts = new Set(days.flatMap((startMs) => [startMs, startMs + DAY_MS]));
  const inside = [...cuts].filter((at) => at > fromMs && at < toMs).sort((a, b) => a - b);
  const starts = [fromMs, ...inside];
  return starts.map((startMs, index) => ({ fromMs: startMs, toMs: starts[index + 1] ?? toMs }));
}

async function* readSlice(
  pool: Pool,
  deviceNumbers: readonly bigint[],
  metricId: number | undefined,
  { fromMs, toMs }: Range,
): AsyncGenerator<ExportedReading[]> {
  const client = await pool.connect();
  let failed = true;
  try {
    await client.query('BEGIN READ ONLY');
    await client.query("SET LOCAL idle_in_transaction_session_timeout = '60s'");
    await client.query(
      `DECLARE export NO SCROLL CURSOR FOR SELECT device_number AS "deviceNumber", ${RAW_COLUMNS} FROM reading
       WHERE device_number = ANY ($1) AND time >= $2 AND time < $3 AND ($4::int2 IS NULL OR metric_id = $4)
       ORDER BY device_number, time, metric_id`,
      [deviceNumbers, new Date(fromMs), new Date(toMs), metricId ?? null],
    );
    for (;;) {
      const { rows } = await client.query<ExportedReading>(`FETCH ${PAGE_ROWS} FROM export`);
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE_ROWS) break;
    }
    failed = false;
  } finally {
    // A reader that went away leaves a transaction open; dropping the connection ends it without another wait.
    if (failed) client.release(true);
    else {
      await client.query('COMMIT');
      client.release();
    }
  }
}
