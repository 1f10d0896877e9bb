// Runs the demo fleet until it is told to stop: node dist/main.js --edge ws://127.0.0.1:8000 --prefix demo
import { parseArgs } from 'node:util';
import { asFault, Fault, logger } from '@mooring/runtime';
import { loadVideo } from './camera/video.js';
import { startFleet } from './fleet.js';

const { values } = parseArgs({
  options: {
    edge: { type: 'string', default: 'ws://127.0.0.1:8000' },
    prefix: { type: 'string', default: 'demo' },
    'report-ms': { type: 'string', default: '60000' },
  },
});
const reportMs = Number(values['report-ms']);
if (!(reportMs >= 100)) throw new Fault('invalid', '--report-ms is a number of milliseconds, at least 100');

const log = logger('devices');
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
const video = await loadVideo().catch((error: unknown) => {
  log.warn({ why: asFault(error).message }, 'the cameras have no video');
  return undefined;
});
const fleet = startFleet({
  url: values.edge,
  prefix: values.prefix,
  reportMs,
  signal: stop.signal,
  ...(video === undefined ? {} : { camera: video.peer }),
  log: (what, fields) => log.info(fields, what),
});
log.info({ edge: values.edge, devices: fleet.members.map(({ identifier }) => identifier) }, 'fleet started');
await fleet.done;
await video?.close();
