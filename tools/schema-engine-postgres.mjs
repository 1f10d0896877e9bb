// How the schema engine reaches Postgres: the adapter made for queries, mended where migrations ask for more.
import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

const CONNECT_LIMIT_MS = 5000;
// Postgres's type "char", of which catalogs are full and which the adapter does not know; it is text of length one.
const OID_CHAR = 18;
const OID_TEXT = 25;
const COLUMN_CHARACTER = 6;
const PRISMA_PARAMETERS = ['schema', 'connection_limit', 'pool_timeout', 'pgbouncer'];

/** Answers `can-connect-to-database` and `create-database`; rejects with the driver's error. */
export async function administer(databaseUrl, command) {
  const url = new URL(databaseUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  if (command === 'create-database') url.pathname = '/postgres';
  if (command === 'drop-database') throw new Error('drop-database is not offered');
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: CONNECT_LIMIT_MS });
  await client.connect();
  try {
    if (command === 'create-database') await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

/** The adapter factory that the engine asks for its database and for a shadow of it. */
export function schemaFactory(databaseUrl = 'postgresql://localhost/none') {
  const url = new URL(databaseUrl);
  const schema = url.searchParams.get('schema') ?? 'public';
  for (const name of PRISMA_PARAMETERS) url.searchParams.delete(name);

  const open = async (at, options) => {
    const pool = new MigrationPool({
      connectionString: at.href,
      max: 1,
      options: `-c search_path=${schema}`,
    });
    if (schema !== 'public') await pool.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
    return { pool, adapter: mended(await new PrismaPg(pool, { schema, ...options }).connect()) };
  };

  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => (await open(url, { disposeExternalPool: true })).adapter,
    async connectToShadowDb() {
      const database = `prisma_migrate_shadow_db_${randomUUID()}`;
      const admin = new pg.Client({ connectionString: url.href });
      await admin.connect();
      await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
      const at = new URL(url.href);
      at.pathname = `/${database}`;
      const { pool, adapter } = await open(at);
      adapter.dispose = async () => {
        await pool.end();
        await admin.query(`DROP DATABASE ${pg.escapeIdentifier(database)} WITH (FORCE)`);
        await admin.end();
      };
      return adapter;
    },
  };
}

class MigrationPool extends pg.Pool {
  async query(text, ...rest) {
    const answer = await super.query(text, ...rest);
    for (const { fields = [] } of [answer].flat()) {
      for (const field of fields) {
        if (field.dataTypeID !== OID_CHAR) continue;
        field.dataTypeID = OID_TEXT;
        field.wasChar = true;
      }
    }
    return answer;
  }
}

function mended(adapter) {
  const performIO = adapter.performIO.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  let last;
  adapter.performIO = async (query) => {
    last = await performIO(query);
    return last;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const [at, field] of last.fields.entries())
      if (field.wasChar) result.columnTypes[at] = COLUMN_CHARACTER;
    return result;
  };
  // The adapter would split the script at every semicolon, those inside function bodies included.
  adapter.executeScript = async (script) => {
    try {
      await adapter.client.query(script);
    } catch (error) {
      adapter.onError(error);
    }
  };
  return adapter;
}
