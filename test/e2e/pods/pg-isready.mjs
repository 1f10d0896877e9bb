// Plays pg_isready: 0 when the server on --host wants to know who asks, 1 while it refuses everybody, 2 when nobody answers.
import pg from 'pg';

const option = (name) => process.argv.map((one) => one.split(`--${name}=`)[1]).find(Boolean);
const client = new pg.Client({
  host: option('host'),
  user: option('username'),
  database: 'postgres',
  password: 'not the password',
  connectionTimeoutMillis: 2_000,
});
const CANNOT_CONNECT_NOW = '57P03';
try {
  await client.connect();
  await client.end();
} catch (error) {
  if (error.code === CANNOT_CONNECT_NOW) process.exitCode = 1;
  else if (!/^28/.test(error.code ?? '')) process.exitCode = 2;
}
