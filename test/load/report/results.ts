// Keeps what was measured, with what it was measured on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../options.js';

const FOLDER = new URL('../results/', import.meta.url);

/** Where the results were written. */
export function keepResults(options: BenchOptions, results: readonly unknown[]): string {
  const at = new Date().toISOString();
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
  };
  mkdirSync(FOLDER, { recursive: true });
  const file = fileURLToPath(new URL(`${options.bench}-${at.replaceAll(':', '-')}.json`, FOLDER));
  writeFileSync(file, `${JSON.stringify({ at, machine, options, results }, null, 2)}\n`);
  return file;
}
