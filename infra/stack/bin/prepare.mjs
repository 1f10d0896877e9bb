// Installs and builds the project when its sources have changed since the last time; plain Node, no dependency.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', 'gen', 'generated', '.turbo', 'test']);
const SOURCES = [
  'proto',
  'infra',
  'services',
  'test/devices',
  'package-lock.json',
  'tsconfig.base.json',
  'turbo.json',
];

/** Installs dependencies and builds, each only when needed. Ends the process with one message when it cannot. */
export function prepare(root) {
  const [major] = process.versions.node.split('.');
  if (major !== '20')
    fail(
      `Mooring needs Node 20 (its WebSocket library has no binary for ${process.version}). Type: nvm install 20`,
    );
  const stamps = path.join(root, 'node_modules', '.cache', 'mooring');
  step(root, path.join(stamps, 'installed'), hash(root, ['package-lock.json']), 'Installing dependencies', [
    'npm',
    ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
  ]);
  step(root, path.join(stamps, 'built'), hash(root, SOURCES), 'Building', [
    path.join(root, 'node_modules', '.bin', 'turbo'),
    ['run', 'build', '--output-logs=errors-only', '--no-update-notifier'],
  ]);
}

function step(root, stamp, wanted, title, [command, args]) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`${title} …`);
  const started = Date.now();
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  if (status !== 0)
    fail(
      `${title} failed${error ? `: ${error.message}` : ''}. To see why, type: ${path.basename(command)} ${args.join(' ')}`,
    );
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  console.log(`${title}: done in ${Math.round((Date.now() - started) / 1000)} s`);
}

function hash(root, parts) {
  const digest = createHash('sha256');
  const add = (file) => {
    const at = path.join(root, file);
    if (!statSync(at).isDirectory()) return digest.update(file).update(readFileSync(at));
    for (const name of readdirSync(at).sort()) if (!SKIPPED.has(name)) add(path.join(file, name));
    return digest;
  };
  for (const part of parts) add(part);
  return digest.digest('hex');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
