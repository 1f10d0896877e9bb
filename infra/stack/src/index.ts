// The stack for programs: tests and benchmarks start it as `npm start` does.

export type { StackFile } from './directory.js';
export { parseFlags, type StackFlags } from './flags.js';
export { type Launched, launched } from './launched.js';
export { natsServerBinary, startNatsServer } from './nats-server.js';
export { freePort, freePorts, portsInARow } from './ports.js';
export { postgresUrl, startPostgres } from './postgres.js';
export { postgresBinaries } from './postgres-binaries.js';
export { Stack } from './stack.js';
