// The command behind `npm start`: starts the stack, says where everything is, stops it all when told.
import { asFault } from '@mooring/runtime';
import { demoPrefix } from './demo.js';
import { parseFlags, type StackFlags, usage } from './flags.js';
import { Stack } from './stack.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
// Whoever read our output may have gone; the devices have not.
process.stdout.on('error', () => undefined);

await run().catch((error: unknown) => {
  const fault = asFault(error);
  process.stderr.write(`${fault.code === 'internal' ? (fault.stack ?? fault.message) : fault.message}\n`);
  process.exitCode = 1;
});

async function run(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2));
  if (flags === undefined) return say(usage);
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
  const starting = Stack.start({ flags, env: process.env, say });
  const stack = await Promise.race([starting, stop.then(() => undefined)]);
  if (stack !== undefined) {
    announce(stack, flags);
    await stop;
  }
  await (await starting).stop();
  say('Stopped.');
}

function announce(stack: Stack, flags: StackFlags): void {
  const { api, edges, nats, owner } = stack.file;
  say('');
  say(`  devices    ${edges.join('  ')}`);
  say(`  HTTP API   ${api}/docs`);
  if (flags.demo) say(`  a camera   ${api}/watch/${demoPrefix}-cam-kitchen  (sign in as the owner)`);
  say(`  NATS       ${nats}`);
  say(
    `  owner      ${owner.email}${flags.owner.password === undefined ? `  password ${stack.ownerPassword}` : ''}`,
  );
  say(`  data       ${stack.directory}  (stack.json, logs/)`);
  say('');
  say(`ready in ${Math.round(process.uptime())} s: ${api}`);
}
