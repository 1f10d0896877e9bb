// The balancer's own process: takes connections, hands each to the ready edge that has the fewest, and notes when they came.
// By itself, because a loop that also plays two thousand devices takes one connection per round and so makes heaps of them.
import { type AddressInfo, connect, createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { every } from '@mooring/runtime';
import type { Backend, BalancerState } from './_balancer.js';

const PROBE_MS = 250;
const PROBE_LIMIT_MS = 2_000;

const given: readonly Backend[] = JSON.parse(process.argv[2] ?? '[]');
const backends = given.map((backend) => ({ ...backend, ready: true, open: 0 }));
let arrivals: number[] = [];
const stalls = monitorEventLoopDelay({ resolution: 10 });
stalls.enable();

const server = createServer({ noDelay: true }, (outside) => {
  arrivals.push(performance.now());
  const [to] = backends.filter(({ ready }) => ready).sort((a, b) => a.open - b.open);
  if (to === undefined) return void outside.destroy();
  const inside = connect({ port: to.port, host: '127.0.0.1', noDelay: true });
  to.open += 1;
  outside.once('close', () => {
    to.open -= 1;
  });
  // One end's error is the other's end.
  outside.on('error', () => inside.destroy());
  inside.on('error', () => outside.destroy());
  outside.pipe(inside).pipe(outside);
});

void every(PROBE_MS, probe, new AbortController().signal);

async function probe(): Promise<void> {
  await Promise.all(
    backends.map(async (backend) => {
      try {
        const answer = await fetch(backend.readiness, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
        backend.ready = answer.ok;
      } catch {
        // Nobody is there.
        backend.ready = false;
      }
    }),
  );
}

function state(): BalancerState {
  const since = { arrivals, stallS: stalls.max / 1e9 };
  arrivals = [];
  stalls.reset();
  const { port } = server.address() as AddressInfo;
  return {
    port,
    open: backends.map(({ open }) => open),
    ready: backends.map(({ ready }) => ready),
    ...since,
  };
}

process.on('message', () => process.send?.(state()));
// The test is gone.
process.once('disconnect', () => process.kill(process.pid));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => process.send?.(state()));
