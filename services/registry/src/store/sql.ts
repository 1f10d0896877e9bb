// Runs one prepared statement and says in a fault what went wrong with it.
import { postgresFault, type postgresPool } from '@mooring/runtime';

export type Pool = ReturnType<typeof postgresPool>;
/** Either a pool or one of its connections. */
export type Queryable = Pick<Pool, 'query'>;

/** A statement that Postgres plans once per connection. The name is unique in this service. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The rows of a statement. */
export async function rows<R extends object>(
  on: Queryable,
  statement: Statement,
  values: readonly unknown[],
): Promise<readonly R[]> {
  try {
    const result = await on.query<R>({ ...statement, values: [...values] });
    return result.rows;
  } catch (error) {
    throw postgresFault(error);
  }
}
