// `npm run docs`: writes the configuration table of every service into its README.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { begin, configDocs, end, withTable } from './config-docs.js';

for (const { service, readme, table } of await configDocs()) {
  const old = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
  const made = withTable(old, table);
  if (made === undefined) {
    process.stderr.write(`${service}: README.md has not the lines ${begin} and ${end}, each once\n`);
    process.exitCode = 1;
  } else if (made !== old) {
    writeFileSync(readme, made);
    process.stdout.write(`${service}: written\n`);
  }
}
