// `npm test`: prepares what is missing, then checks everything in order and stops at the first step that fails.
// `npm run check` ends before the tests that start servers. Imports nothing from npm: it runs before the install.
// Files with failed tests get a second try, so that a busy machine does not fail a good change; they are named at the end
// as unsteady, which is a fault to mend.
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
    tries: 2,
    title: `${project} tests`,
    report,
    run: (files = []) => [npm('vitest', 'run', '--project', project, ...reporters, ...files)],
  };
};

/** A change that breaks more files than this is not tried again. */
const FILES_TRIED_AGAIN = 3;

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
const servers = [
  { title: 'nats-server', run: natsServer },
  vitest('integration'),
  vitest('e2e'),
  vitest('alone'),
];

const only = process.argv[2];
if (only !== undefined && only !== 'check') {
  console.error(`Usage: node tools/test.mjs [check]; there is no '${only}'`);
  process.exit(64);
}
const total = { passed: 0, failed: 0 };
const unsteady = [];
process.once('exit', (code) => {
  rmSync(reports, { recursive: true, force: true });
  // What fails without a failing test, such as a linter or a test file that does not load, counts as one.
  if (code !== 0 && total.failed === 0) total.failed = 1;
  for (const name of unsteady) console.log(`unsteady: ${name}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
});
timed('prepare', () => prepare(root) ?? 0);
process.exitCode = run(only === 'check' ? check : [...check, ...servers]);

function run(steps) {
  for (const step of steps) {
    const status = attempt(step, step.tries ?? 1);
    if (status !== 0) return status;
  }
  return 0;
}

/** Runs a step, or those of its files that failed before, and counts its tests; the exit code. */
function attempt(step, tries, files) {
  const title = files === undefined ? step.title : `${step.title}, second try of what failed`;
  const status = timed(title, () => firstFailure(step.run(files)));
  if (step.report === undefined || !existsSync(step.report)) return status;
  const { testResults } = JSON.parse(readFileSync(step.report, 'utf8'));
  rmSync(step.report);
  const failed = testResults.filter(({ status }) => status === 'failed');
  const again = status !== 0 && tries > 1 && failed.length > 0 && failed.length <= FILES_TRIED_AGAIN;
  // A file that is tried again is counted then.
  for (const { assertionResults } of again
    ? testResults.filter((file) => !failed.includes(file))
    : testResults) {
    for (const test of assertionResults) {
      if (test.status === 'passed') total.passed += 1;
      if (test.status === 'failed') total.failed += 1;
    }
  }
  if (!again) return status;
  const second = attempt(
    step,
    1,
    failed.map(({ name }) => path.relative(root, name)),
  );
  if (second === 0) {
    for (const { assertionResults, name } of failed) {
      const tests = assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName);
      unsteady.push(`${path.relative(root, name)}: ${tests.join('; ') || 'did not load'}`);
    }
  }
  return second;
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
