// The HTTP server of downloads as a part of the process.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finishingHttp, logger, type Runnable, untilAborted } from '@mooring/runtime';
import type { Downloads } from './downloads.js';

const log = logger('downloads');
const HEADERS_MS = 10_000;
// Longer than any balancer in front keeps an idle connection, so that it never sends into one that is closing.
const KEEP_ALIVE_MS = 75_000;
// Downloads that are not done after this long are cut off; the client goes on where it was, at another replica.
const FINISH_MS = 8_000;

/** The server as a part of a process. */
export interface DownloadServer extends Runnable {
  /** The port it listens on; never resolves when it cannot listen. */
  readonly port: Promise<number>;
}

/** Listens until told to stop. At most `maxConnections` at once, further ones are closed as they come. */
export function downloadServer(
  downloads: Downloads,
  { host, port, maxConnections }: { host: string; port: number; maxConnections: number },
): DownloadServer {
  let bound: (port: number) => void = () => undefined;
  const at = new Promise<number>((resolve) => {
    bound = resolve;
  });
  return {
    name: 'download server',
    port: at,
    async run({ signal, ready }) {
      const options = {
        headersTimeout: HEADERS_MS,
        requestTimeout: HEADERS_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
      };
      const server = createServer(options, (request, response) => {
        // No request has a use for a body.
        request.resume();
        void downloads.answer(request, response);
      });
      server.maxConnections = maxConnections;
      const finish = finishingHttp(server);
      bound(await listen(server, host, port));
      ready();
      await untilAborted(signal);
      // Who waits has its turn sooner at another replica.
      downloads.close();
      await finish(() => new Promise((resolve) => server.close(resolve)), FINISH_MS);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      log.info({ host, port: taken }, 'download server listens');
      resolve(taken);
    });
  });
}
