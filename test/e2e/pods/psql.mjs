// Plays psql as far as the initialization scripts of the manifests use it: variables by --set, SQL on standard input.
import { readFileSync } from 'node:fs';
import pg from 'pg';

const variables = new Map();
let user = 'postgres';
for (const argument of process.argv.slice(2)) {
  const [, option, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argument) ?? [];
  if (option === 'set') variables.set(...value.split(/=(.*)/s, 2));
  else if (option === 'username') user = value;
  else if (option !== 'no-psqlrc') throw new TypeError(`psql does not know ${argument} here`);
}

const given = (name) => {
  if (!variables.has(name)) throw new TypeError(`no --set=${name}=…`);
  return variables.get(name);
};
const sql = readFileSync(0, 'utf8')
  .replace(/:"(\w+)"/g, (_, name) => pg.escapeIdentifier(given(name)))
  .replace(/:'(\w+)'/g, (_, name) => pg.escapeLiteral(given(name)));

const client = new pg.Client({ host: '/var/run/postgresql', user, database: 'postgres' });
await client.connect();
// One by one, as psql does: a database cannot be made within a transaction.
for (const statement of sql.split(/;\s*$/m)) if (statement.trim() !== '') await client.query(statement);
await client.end();
