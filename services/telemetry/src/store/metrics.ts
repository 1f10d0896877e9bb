// Owns the dictionary of metrics: names to small numbers, bounded, remembered once read.
import { postgresFault, transaction } from '@mooring/runtime';
import type { Pool } from './hot-pool.js';

/** More names than any fleet means to have; a device that makes up names must not fill the number space. */
const MAX_METRICS = 30_000;
const MAX_REFUSED = 10_000;

const BY_NAME = 'SELECT id, name FROM metric WHERE name = ANY ($1)';

const ADD = `
INSERT INTO metric (id, name)
SELECT last.id + nth, name
FROM (SELECT coalesce(max(id), 0)::int4 AS id FROM metric) AS last,
  (SELECT name, row_number() OVER () AS nth FROM unnest($1::text[]) AS given (name)
   WHERE NOT EXISTS (SELECT FROM metric WHERE metric.name = given.name)) AS missing
WHERE last.id + nth <= $2`;

/** A number per name; undefined for a name that is refused. */
export type MetricIds = readonly (number | undefined)[];

export class MetricDictionary {
  readonly #pool: Pool;
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();
  // Names that came too late, so that each costs one question and not one per batch.
  readonly #refused = new Set<string>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Numbers the metrics, new ones too; undefined for those that came when the dictionary was full. Answers at once when
   * all are known. Fault `unavailable` or `deadline` without the database.
   */
  idsOf(names: readonly string[]): MetricIds | Promise<MetricIds> {
    const found = names.map((name) => this.#ids.get(name));
    const unknown = names.filter((name, index) => found[index] === undefined && !this.#refused.has(name));
    return unknown.length === 0 ? found : this.#learn(names, [...new Set(unknown)]);
  }

  /** The number of a metric that is known; undefined for one that no device ever had. */
  async find(name: string): Promise<number | undefined> {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    await this.#read(BY_NAME, [[name]]);
    return this.#ids.get(name);
  }

  /** The names of numbers that rows carry. */
  async namesOf(ids: readonly number[]): Promise<(id: number) => string> {
    const unknown = ids.filter((id) => !this.#names.has(id));
    if (unknown.length > 0) await this.#read('SELECT id, name FROM metric WHERE id = ANY ($1)', [unknown]);
    return (id) => this.#names.get(id) ?? '';
  }

  async #learn(names: readonly string[], unknown: readonly string[]): Promise<MetricIds> {
    await this.#read(BY_NAME, [unknown]);
    const missing = unknown.filter((name) => !this.#ids.has(name));
    if (missing.length > 0) {
      await transaction(this.#pool, async (client) => {
        // Waits for whoever adds names just now; readers of the table do not notice.
        await client.query('LOCK TABLE metric IN SHARE ROW EXCLUSIVE MODE');
        await client.query(ADD, [missing, MAX_METRICS]);
      });
      await this.#read(BY_NAME, [missing]);
    }
    if (this.#refused.size >= MAX_REFUSED) this.#refused.clear();
    for (const name of missing) if (!this.#ids.has(name)) this.#refused.add(name);
    return names.map((name) => this.#ids.get(name));
  }

  async #read(text: string, values: unknown[]): Promise<void> {
    try {
      const { rows } = await this.#pool.query<{ id: number; name: string }>(text, values);
      for (const { id, name } of rows) {
        this.#ids.set(name, id);
        this.#names.set(id, name);
      }
    } catch (error) {
      throw postgresFault(error);
    }
  }
}
