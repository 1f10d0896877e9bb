// Serves /livez, /readyz and /metrics to the orchestrator and the scraper; knows nothing of what the process does.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deadline } from './clock.js';
import { asFault } from './fault.js';
import { logger } from './log.js';
import { exposition } from './metrics.js';
import type { Runnable } from './supervise.js';

/** Where a process is in its life. */
export type LifeState = 'starting' | 'ready' | 'stopping';

/** Conditions of readiness by name; one that throws or rejects makes the process unready and says why. */
export type Checks = Readonly<Record<string, () => Promise<void> | void>>;

/** What the server asks at each request. */
export interface Health {
  /** The part of the process that is awaited, while starting. */
  readonly waitingFor: string | undefined;
  readonly state: LifeState;
  readonly checks: Checks;
}

/** How one check went. */
interface CheckResult {
  readonly state: 'ok' | 'failing' | 'waiting';
  readonly detail?: string;
}

const CHECK_LIMIT_MS = 2_000;
const log = logger('health');

/** The body and status of /readyz. Each check gets 2 s. */
export async function readiness(health: Health): Promise<{ readonly status: number; readonly body: object }> {
  const { state, waitingFor } = health;
  const checks: Record<string, CheckResult> = {};
  if (waitingFor !== undefined) checks[waitingFor] = { state: 'waiting' };
  const results = Object.entries(health.checks).map(async ([name, check]) => ({
    name,
    result: await ask(name, check),
  }));
  for (const { name, result } of await Promise.all(results)) checks[name] = result;
  const ready = state === 'ready' && Object.values(checks).every((check) => check.state === 'ok');
  return { status: ready ? 200 : 503, body: { state, checks } };
}

async function ask(name: string, check: () => Promise<void> | void): Promise<CheckResult> {
  try {
    await deadline(Promise.resolve().then(check), CHECK_LIMIT_MS, `check ${name}`);
    return { state: 'ok' };
  } catch (error) {
    return { state: 'failing', detail: asFault(error).message };
  }
}

/** The server, ready once it listens; port 0 takes a free port, which the log line names. */
export function healthServer(options: { host: string; port: number; health: () => Health }): Runnable {
  return {
    name: 'health',
    async run({ signal, ready }) {
      const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
        void answer(request.url ?? '', request.headers.accept ?? '', options.health(), response);
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => {
          const { address, port } = server.address() as AddressInfo;
          log.info({ host: address, port }, 'health server listens');
          ready();
        });
        const close = (): void => {
          server.close(() => resolve());
          // A scraper keeps its connection open between scrapes.
          server.closeAllConnections();
        };
        if (signal.aborted) close();
        else signal.addEventListener('abort', close, { once: true });
      });
    },
  };
}

async function answer(url: string, accept: string, health: Health, response: ServerResponse): Promise<void> {
  try {
    switch (url.split('?')[0]) {
      case '/livez':
        return reply(response, 200, 'text/plain; charset=utf-8', 'alive\n');
      case '/readyz': {
        const { status, body } = await readiness(health);
        return reply(response, status, 'application/json', `${JSON.stringify(body)}\n`);
      }
      case '/metrics': {
        const { contentType, body } = await exposition(accept.includes('application/openmetrics-text'));
        return reply(response, 200, contentType, body);
      }
      default:
        return reply(response, 404, 'text/plain; charset=utf-8', 'there are /livez, /readyz and /metrics\n');
    }
  } catch (error) {
    log.error({ err: error }, 'health request failed');
    reply(response, 500, 'text/plain; charset=utf-8', 'see the log\n');
  }
}

function reply(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}
