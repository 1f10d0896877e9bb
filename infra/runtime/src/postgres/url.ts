// Reads the parts of a database URL that Prisma knows and pg does not.

/** What pg is given for a URL: the schema becomes the search path. */
export interface PostgresTarget {
  readonly connectionString: string;
  readonly database: string;
  /** `?schema=` of the URL, else `public`. */
  readonly schema: string;
  /** Start-up options of the connection. */
  readonly options: string;
}

/** Throws a TypeError when `url` is none. */
export function postgresTarget(url: string): PostgresTarget {
  const target = new URL(url);
  const schema = target.searchParams.get('schema') ?? 'public';
  for (const name of ['schema', 'connection_limit', 'pool_timeout', 'pgbouncer'])
    target.searchParams.delete(name);
  return {
    connectionString: target.href,
    database: decodeURIComponent(target.pathname.slice(1)),
    schema,
    // Backslashes and spaces end a value in start-up options unless escaped.
    options: `-c search_path=${schema.replace(/[\\ ]/g, '\\$&')}`,
  };
}

/** The same server and user, another database. */
export function onDatabase(connectionString: string, database: string): string {
  const url = new URL(connectionString);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}
