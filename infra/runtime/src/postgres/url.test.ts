// Checks that a URL written for Prisma also serves pg.
import { expect, test } from 'vitest';
import { onDatabase, postgresTarget } from './url.js';

test('the schema becomes the search path and leaves the URL', () => {
  const target = postgresTarget(
    'postgresql://u:p@h:5433/my%20db?schema=a%20b&sslmode=require&connection_limit=5',
  );
  expect(target).toEqual({
    connectionString: 'postgresql://u:p@h:5433/my%20db?sslmode=require',
    database: 'my db',
    schema: 'a b',
    options: '-c search_path=a\\ b',
  });
  expect(postgresTarget('postgresql://h/db')).toMatchObject({
    schema: 'public',
    options: '-c search_path=public',
  });
});

test('another database keeps server and user', () => {
  expect(onDatabase('postgresql://u:p@h:5433/db?sslmode=require', 'postgres')).toBe(
    'postgresql://u:p@h:5433/postgres?sslmode=require',
  );
});
