// `npm test`: prepares what is missing, then checks everything in order and stops at the first step that fails.
// `npm run check` ends before the tests that start servers. Imports nothing from npm: it runs before the install.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from '../infra/stack/bin/prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(path.join(os.tmpdir(), 'mooring-test-'));
const programs = path.join(root, '.mooring', 'bin');
const env = {
  // Prisma's checks ask only that a schema engine exists; any program spares the download of the real one.
  PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
  DO_NOT_TRACK: '1',
  ...process.env,
};

const npm = (name, ...args) => ({ command: path.join(root, 'node_modules', '.bin', name), args });
const vitest = (project) => {
  const report = path.join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return {
    title: `${project} tests`,
    report,
    run: () => [npm('vitest', 'run', '--project', project, ...reporters)],
  };
};

const check = [
  { title: 'format and lint', run: () => [npm('biome', 'ci', '--error-on-warnings', '.')] },
  { title: 'types', run: () => [npm('tsc', '-b'), npm('tsc', '-p', 'test/tsconfig.json')] },
  {
    title: 'layers',
    run: () => [
      npm('depcruise', '--config', '.dependency-cruiser.cjs', 'proto', 'infra', 'services', 'test', 'tools'),
    ],
  },
  { title: 'unused code', run: () => [npm('knip', '--no-progress', '--no-config-hints')] },
  { title: 'schemas', run: () => [...protobuf(), ...prisma()] },
  vitest('unit'),
  vitest('contract'),
  vitest('manifests'),
];
const servers = [{ title: 'nats-server', run: natsServer }, vitest('integration'), vitest('e2e')];

const only = process.argv[2];
if (only !== undefined && only !== 'check') {
  console.error(`Usage: node tools/test.mjs [check]; there is no '${only}'`);
  process.exit(64);
}
const total = { passed: 0, failed: 0 };
process.once('exit', (code) => {
  rmSync(reports, { recursive: true, force: true });
  // What fails without a failing test, such as a linter or a test file that does not load, counts as one.
  if (code !== 0 && total.failed === 0) total.failed = 1;
  console.log(`${total.passed} passed, ${total.failed} failed`);
});
timed('prepare', () => prepare(root) ?? 0);
process.exitCode = run(only === 'check' ? check : [...check, ...servers]);

function run(steps) {
  for (const { title, run, report } of steps) {
    const status = timed(title, () => firstFailure(run()));
    if (report !== undefined && existsSync(report)) {
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
      total.passed += numPassedTests;
      total.failed += numFailedTests;
    }
    if (status !== 0) return status;
  }
  return 0;
}

function timed(title, action) {
  console.log(`\n── ${title}`);
  const started = performance.now();
  const status = action();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`── ${title}: ${status === 0 ? 'ok' : `failed (exit code ${status})`}, ${seconds} s`);
  return status;
}

function firstFailure(commands) {
  for (const { command, args, cwd = root } of commands) {
    const { status, signal, error } = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
    if (error !== undefined) console.error(`${path.basename(command)}: ${error.message}`);
    if (signal !== null) console.error(`${path.basename(command)} was ended by ${signal}`);
    if (status !== 0) return status ?? 1;
  }
  return 0;
}

function protobuf() {
  const cwd = path.join(root, 'proto');
  return [
    { ...npm('buf', 'lint'), cwd },
    { ...npm('buf', 'format', '--diff', '--exit-code'), cwd },
    { ...npm('buf', 'breaking', '--against', 'baseline.binpb'), cwd },
  ];
}

function prisma() {
  const services = readdirSync(path.join(root, 'services')).map((name) => path.join(root, 'services', name));
  return services
    .filter((cwd) => existsSync(path.join(cwd, 'prisma.config.ts')))
    .flatMap((cwd) => [
      { ...npm('prisma', 'format', '--check'), cwd },
      { ...npm('prisma', 'validate'), cwd },
    ]);
}

function natsServer() {
  const places = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/bin', programs];
  if (places.some((place) => isExecutable(path.join(place, 'nats-server')))) return [];
  return [
    { command: 'sh', args: [path.join(root, 'infra', 'stack', 'bin', 'fetch-nats-server.sh'), programs] },
  ];
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
