// The parts of the printing service and the order in which they start.
import { type App, grpcServer, Turns } from '@mooring/runtime';
import { Browser } from './browser/browser.js';
import { findChromium } from './browser/find.js';
import type { PrintingConfig } from './config.js';
import { waitingPrints } from './events.js';
import { printingService } from './grpc/index.js';

export { config } from './config.js';

/** Where Debian and most images have programs; the service does not look at its environment for them. */
const FOLDERS = ['/usr/local/bin', '/usr/bin', '/opt/google/chrome', '/snap/bin'];

export function app(config: PrintingConfig): App {
  const browser = new Browser(findChromium(config.PRINTING_CHROMIUM, FOLDERS));
  const turns = new Turns({ atOnce: config.PRINTING_PARALLEL, waiting: config.PRINTING_WAITING });
  const pageTurns = new Turns({
    atOnce: config.PRINTING_PAGES_PARALLEL,
    waiting: config.PRINTING_PAGES_WAITING,
  });
  waitingPrints(() => ({ drawing: turns.waiting, page: pageTurns.waiting }));
  return {
    runnables: [
      browser.runnable(),
      grpcServer({
        host: config.PRINTING_GRPC_HOST,
        port: config.PRINTING_GRPC_PORT,
        services: [printingService({ browser, turns, pageTurns, maxRows: config.PRINTING_MAX_ROWS })],
      }),
    ],
  };
}
