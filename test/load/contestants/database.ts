// What the bench itself asks of a contestant's Postgres.
import { deadline } from '@mooring/runtime';
import pg from 'pg';

const LIMIT_MS = 120_000;

/** Runs one statement on a connection of its own; the first column of the first row, as a number; NaN when it has none. */
export async function ask(url: string, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await deadline(client.query({ text: statement, rowMode: 'array' }), LIMIT_MS, statement);
    return Number(rows?.[0]?.[0]);
  } finally {
    await client.end();
  }
}
