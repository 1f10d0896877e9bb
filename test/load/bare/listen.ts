// Opens the port of a contestant that serves with uWebSockets.js, and tells the bench.
import type { TemplatedApp } from 'uWebSockets.js';

export function listen(app: TemplatedApp, port: number): void {
  app.listen('127.0.0.1', port, (socket) => {
    if (socket === false) throw new Error(`port ${port} is taken`);
    process.send?.('ready');
  });
}
