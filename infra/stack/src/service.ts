// Starts one Node service of the project as its own process and waits until it says that it is ready.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault, sleep } from '@mooring/runtime';
import { type Launched, launched } from './launched.js';

/** The checkout that this stack belongs to. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface ServiceOptions {
  readonly name: string;
  /** The built program, relative to the checkout. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logs: string;
  /** Where /readyz is; undefined for a process without one. */
  readonly healthPort?: number;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

const START_LIMIT_MS = 60_000;
const POLL_MS = 50;
const PROBE_LIMIT_MS = 2_000;

/** Resolves when the service is ready. Fault `unavailable` with its last words when it ends or stays unready. */
export async function startService(options: ServiceOptions): Promise<Launched> {
  const program = path.join(root, options.program);
  if (!existsSync(program))
    throw new Fault('unavailable', `${options.program} is not built. Type: npm run build`);
  const preload = ['--enable-source-maps', '--import', '@mooring/runtime/telemetry'];
  const child = spawn(process.execPath, [...preload, program, ...(options.args ?? [])], {
    cwd: path.dirname(path.dirname(program)),
    env: { ...options.env, OTEL_SERVICE_NAME: options.name },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group, so that Ctrl-C reaches the supervisor alone, which stops everything in order.
    detached: true,
  });
  const file = createWriteStream(path.join(options.logs, `${options.name}.log`), { flags: 'a' });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  child.once('close', () => file.end());
  const service = launched(options.name, child);
  if (options.healthPort !== undefined) await ready(options, options.healthPort, service);
  return service;
}

async function ready({ name, logs, signal }: ServiceOptions, port: number, service: Launched): Promise<void> {
  let ended: string | undefined;
  void service.exited.then((why) => {
    ended = why;
  });
  const limit = Date.now() + START_LIMIT_MS;
  for (let state = 'silent'; ; state = await probe(port)) {
    if (state === 'ready') return;
    if (ended !== undefined)
      throw new Fault('unavailable', `${ended}: ${service.tail().trim()} (see ${logs}/${name}.log)`);
    const isStopped = signal?.aborted === true;
    if (isStopped || Date.now() > limit) {
      await service.stop();
      const why = isStopped ? 'was stopped before it was ready' : `was not ready in time: ${state}`;
      throw new Fault('unavailable', `${name} ${why} (see ${logs}/${name}.log)`);
    }
    await sleep(POLL_MS);
  }
}

async function probe(port: number): Promise<string> {
  try {
    const url = `http://127.0.0.1:${port}/readyz`;
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    return response.status === 200 ? 'ready' : await response.text();
  } catch {
    // It does not listen yet: the limit and its exit are watched by the caller.
    return 'silent';
  }
}
