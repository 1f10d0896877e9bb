// `npm run docs`: writes what follows from the source: configuration tables, telemetry names, alert rules.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { begin, configDocs, end, withTable } from './config-docs.js';

import { telemetryNames } from './telemetry/registry.js';
import { writtenFiles } from './written-files.js';

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

const names = telemetryNames();
for (const problem of names.problems) {
  process.stderr.write(`tools/telemetry/declared.ts: ${problem}\n`);
  process.exitCode = 1;
}
for (const { name, file, text } of writtenFiles(names)) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  writeFileSync(file, text);
  process.stdout.write(`${name}: written\n`);
}
