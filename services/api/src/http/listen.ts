// The HTTP server and the clients behind it as parts of a process.
import type { AddressInfo } from 'node:net';
import { finishingHttp, logger, type Runnable, untilAborted } from '@mooring/runtime';
import type { Server } from './server.js';

const log = logger('http');

// Requests that are still being answered after this long are cut off.
const FINISH_MS = 8_000;

/** The HTTP server as a part of a process. */
export interface HttpRunnable extends Runnable {
  /** The port it listens on; never resolves when it cannot listen. */
  readonly port: Promise<number>;
}

/** Listens until told to stop, then lets requests that are being answered finish. */
export function listening(server: Server, host: string, port: number): HttpRunnable {
  let bound: (port: number) => void = () => undefined;
  const at = new Promise<number>((resolve) => {
    bound = resolve;
  });
  return {
    name: 'http server',
    port: at,
    async run({ signal, ready }) {
      const finish = finishingHttp(server.server);
      await server.listen({ host, port });
      const { port: taken } = server.server.address() as AddressInfo;
      log.info({ host, port: taken }, 'HTTP server listens');
      bound(taken);
      ready();
      await untilAborted(signal);
      await finish(() => server.close(), FINISH_MS);
    },
  };
}
