// The command behind `npm run bench`: runs one benchmark, prints its tables, keeps its results.
import { asFault } from '@mooring/runtime';
import { connections } from './connections/connections.js';
import { field } from './field/field.js';
import { ingest } from './ingest/ingest.js';
import { parseOptions, usage } from './options.js';
import { keepResults } from './report/results.js';
import { say } from './report/say.js';
import { watch } from './watch/watch.js';

const BENCHES = { ingest, connections, field, watch };

async function run(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) return say(usage);
  const results = await BENCHES[options.bench](options);
  say(`Kept in ${keepResults(options, results)}`);
}

await run().catch((error: unknown) => {
  const fault = asFault(error);
  process.stderr.write(`${fault.code === 'internal' ? (fault.stack ?? fault.message) : fault.message}\n`);
  process.exitCode = 1;
});
