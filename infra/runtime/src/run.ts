// The life of a process: reads its arguments and environment, then checks its config, migrates, or runs until told to stop.
import { fileURLToPath } from 'node:url';
import type { Static, TObject, TProperties } from 'typebox';
import { after } from './clock.js';
import type { Config } from './config.js';
import { isFault } from './fault.js';
import { type Checks, healthServer, type LifeState } from './health.js';
import { logger, setLogLevel, setLogService } from './log.js';
import { setPeerSecurity } from './peer-security.js';
import { migrateDeploy } from './postgres/migrate.js';
import { retry } from './retry.js';
import { type Runnable, Supervision } from './supervise.js';
import { shutdownTelemetry } from './telemetry-shutdown.js';

export type { Runnable, Scope } from './supervise.js';

/** The parts of a process. */
export interface App {
  /** Started in this order, each once the one before is ready; stopped in reverse. */
  readonly runnables: readonly Runnable[];
  /** What /readyz asks besides. */
  readonly checks?: Checks;
}

/** What a process may have besides its config and its parts. */
export interface MainOptions {
  /** The folder `prisma/migrations`, applied by `--migrate`. */
  readonly migrations?: URL;
}

// sysexits.h: EX_CONFIG
const EXIT_CONFIG = 78;
const EXIT_FAILURE = 1;
/** After everything has been stopped, what still holds the process is of no use. */
const LINGER_LIMIT_MS = 2_000;
/** In a cluster everything is started at once; who waits here is not held back by a restart's growing delay. */
const DATABASE_PATIENCE_MS = 120_000;
const DATABASE_RETRY = { baseMs: 500, maxMs: 3_000 } as const;
/** After a bug, state is suspect: the orderly stop gets this long in all. */
const CRASH_LIMIT_MS = 15_000;

const log = logger('run');

/**
 * Runs the service `name`; to be awaited by its main.ts. Flags: `--check-config` prints the effective config without
 * secrets, `--migrate` applies the migrations to the service's database, for which it waits up to two minutes, and ends. A
 * wrong config ends with exit code 78, any failure with 1. SIGTERM and SIGINT stop the process; a second one kills it.
 */
export async function main<T extends TProperties>(
  name: string,
  config: Config<T>,
  app: (values: Static<TObject<T>>) => App | Promise<App>,
  options: MainOptions = {},
): Promise<void> {
  setLogService(name);
  let values: Static<TObject<T>>;
  try {
    values = config.load(process.env);
    setPeerSecurity({ ...values });
  } catch (error) {
    if (!isFault(error, 'invalid')) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = EXIT_CONFIG;
    return;
  }
  const variables: Readonly<Record<string, unknown>> = { ...values };
  if (typeof variables['LOG_LEVEL'] === 'string') setLogLevel(variables['LOG_LEVEL']);

  if (process.argv.includes('--check-config')) {
    process.stdout.write(`${JSON.stringify(config.redact(variables), null, 2)}\n`);
  } else if (process.argv.includes('--migrate')) {
    await migrate(String(variables[`${config.prefix}_POSTGRES_URL`]), options.migrations);
  } else {
    await live(() => app(values), {
      host: variables[`${config.prefix}_HEALTH_HOST`],
      port: variables[`${config.prefix}_HEALTH_PORT`],
    });
  }
  await shutdownTelemetry();
  forceExit(LINGER_LIMIT_MS);
}

async function migrate(url: string, migrations: URL | undefined): Promise<void> {
  if (migrations === undefined) throw new TypeError('this service has no migrations');
  try {
    const applied = await retry(() => migrateDeploy(url, fileURLToPath(migrations)), {
      ...DATABASE_RETRY,
      signal: AbortSignal.timeout(DATABASE_PATIENCE_MS),
      forever: true,
      on: (fault) => {
        if (fault.code !== 'unavailable') return false;
        log.warn({ err: fault }, 'the database is not there yet');
        return true;
      },
    });
    log.info({ applied }, 'database is up to date');
  } catch (error) {
    log.fatal({ err: error }, 'migration failed');
    process.exitCode = EXIT_FAILURE;
  }
}

async function live(
  compose: () => App | Promise<App>,
  listen: { host: unknown; port: unknown },
): Promise<void> {
  const supervision = new Supervision();
  let state: LifeState = 'starting';
  let checks: Checks = {};
  const health = () => ({ state, checks, waitingFor: state === 'starting' ? waitingFor() : undefined });
  const waitingFor = () => supervision.starting ?? 'composition';
  const { stopping } = supervision;
  stopping.addEventListener('abort', () => {
    state = 'stopping';
  });
  stopOnSignal(supervision);
  failOnBug(supervision);

  if (typeof listen.host === 'string' && typeof listen.port === 'number') {
    await supervision.start(healthServer({ host: listen.host, port: listen.port, health }));
  }
  const app = await composed(compose, supervision);
  checks = app?.checks ?? {};
  for (const runnable of app?.runnables ?? []) await supervision.start(runnable);
  if (!stopping.aborted) {
    state = 'ready';
    log.info('ready');
    await supervision.stopRequested;
  }
  await supervision.stop();
  if (supervision.failure !== undefined) process.exitCode = EXIT_FAILURE;
  log.info({ failed: supervision.failure !== undefined }, 'stopped');
}

/** The app, or nothing when it cannot be composed or the process is to stop before it is. */
async function composed(
  compose: () => App | Promise<App>,
  supervision: Supervision,
): Promise<App | undefined> {
  if (supervision.stopping.aborted) return undefined;
  try {
    return (await Promise.race([compose(), supervision.stopRequested])) ?? undefined;
  } catch (error) {
    log.fatal({ err: error }, 'start failed');
    supervision.fail(error);
    return undefined;
  }
}

function stopOnSignal(supervision: Supervision): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stop requested');
      supervision.requestStop();
    });
  }
}

function failOnBug(supervision: Supervision): void {
  const fail = (event: string) => (error: unknown) => {
    log.fatal({ err: error, event }, 'a bug ends the process');
    process.exitCode = EXIT_FAILURE;
    supervision.fail(error);
    forceExit(CRASH_LIMIT_MS);
  };
  process.on('uncaughtException', fail('uncaughtException'));
  process.on('unhandledRejection', fail('unhandledRejection'));
}

function forceExit(afterMs: number): void {
  const force = (): void => {
    log.warn({ holding: process.getActiveResourcesInfo() }, 'the process did not end by itself');
    process.exit();
  };
  after(afterMs, force, { unref: true });
}
