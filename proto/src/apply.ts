// The command that makes the streams and buckets of NATS_URL what they are declared to be; run before a rollout, once or often.
import {
  applyStreams,
  asFault,
  defineConfig,
  isFault,
  logger,
  natsConfig,
  setPeerSecurity,
} from '@mooring/runtime';
import { buckets, streams } from './streams.js';

const EXIT_FAILURE = 1;
// sysexits.h: EX_CONFIG
const EXIT_CONFIG = 78;

const log = logger('streams');
const config = defineConfig('STREAMS', natsConfig);

try {
  const values = config.load(process.env);
  setPeerSecurity(values);
  await apply(values.NATS_URL);
} catch (error) {
  if (!isFault(error, 'invalid')) throw error;
  process.stderr.write(`streams: ${error.message}\n`);
  process.exitCode = EXIT_CONFIG;
}

async function apply(url: string): Promise<void> {
  try {
    const applied = await applyStreams(url, streams, buckets);
    log.info({ applied }, 'streams are up to date');
  } catch (error) {
    log.fatal({ err: asFault(error) }, 'streams were not applied');
    process.exitCode = EXIT_FAILURE;
  }
}
