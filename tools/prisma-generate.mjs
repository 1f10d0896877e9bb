// Generates the Prisma client of the service in the current directory, without the network.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// `generate` asks only that a schema engine exists; it never runs it. Any program spares the download of the real one.
const env = {
  PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
};
const prisma = createRequire(import.meta.url).resolve('prisma/package.json');
const cli = join(dirname(prisma), 'build', 'index.js');
const run = spawnSync(process.execPath, [cli, 'generate', ...process.argv.slice(2)], {
  env: { ...env, ...process.env },
  stdio: 'inherit',
});
if (run.error) throw run.error;
process.exitCode = run.status ?? 1;
