// The migrations of every service lead to its schema: nobody changed one and forgot the other.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestPostgres, testPostgres } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const services = readdirSync(path.join(root, 'services')).filter((name) =>
  existsSync(path.join(root, 'services', name, 'prisma/schema.prisma')),
);
const prefixes: Readonly<Record<string, string>> = { 'firmware-update': 'FIRMWARE' };

describe('migrations', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await testPostgres();
  }, 60_000);
  afterAll(() => postgres.stop());

  it('are found', () => {
    expect(services.length).toBeGreaterThan(0);
  });

  it.each(services)('of %s make what its schema says', async (service) => {
    const prefix = prefixes[service] ?? service.toUpperCase();
    const url = postgres.url('postgres');
    const { exitCode, output } = await difference(service, { [`${prefix}_POSTGRES_URL`]: url });
    expect(output).toContain('No difference detected');
    expect(exitCode, output).toBe(0);
  });
});

const DIFF = ['migrate', 'diff', '--exit-code', '--from-migrations', 'prisma/migrations', '--to-schema'];

function difference(
  service: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ exitCode: number | null; output: string }> {
  const env = {
    ...process.env,
    ...variables,
    PRISMA_SCHEMA_ENGINE_BINARY: path.join(root, 'tools/schema-engine.mjs'),
    CHECKPOINT_DISABLE: '1',
  };
  const child = spawn(path.join(root, 'node_modules/.bin/prisma'), [...DIFF, 'prisma/schema.prisma'], {
    cwd: path.join(root, 'services', service),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, output }));
  });
}
