// The process of plugs: connects them, sends what it is ordered to, and counts what is stored.
import { after, every, sleep } from '@mooring/runtime';
import { listenStored } from '../measure/stored.js';
import { Load } from './load.js';
import type { Answer, Order, PlugsOptions, PlugsState } from './orders.js';
import { Plug } from './plug.js';

/** Below the 15 s after which a silent plug is offline (kinetid.md 4); whoever reports needs none. */
const HEARTBEAT_MS = 10_000;
const HEARTBEAT_SLICES = 100;
/** Connects that wait for their upgrade at one time. */
const CONNECTING = 200;
const RETURN_MS = 1_000;
/** The device of the protocol's own example (kinetid.md 3.1). */
const FIRST_DEVICE_ID = 39_628_657_580_236;

const options: PlugsOptions = JSON.parse(process.argv[2] ?? '{}');
const plugs: Plug[] = [];
const load = new Load(plugs);
let lost = 0;
if (options.stored !== undefined) await listenStored(options.stored, (count) => load.onStored(count));
else void every(HEARTBEAT_MS / HEARTBEAT_SLICES, heartbeats, new AbortController().signal);

let slice = 0;
function heartbeats(): void {
  for (let i = slice; i < plugs.length; i += HEARTBEAT_SLICES) plugs[i]?.heartbeat();
  slice = (slice + 1) % HEARTBEAT_SLICES;
}

async function connectAll(): Promise<void> {
  const { plugs: count, connectsPerS } = options;
  const startMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const earlyMs = (i / connectsPerS) * 1000 - (performance.now() - startMs);
      if (earlyMs > 1) await sleep(earlyMs);
      await connectPlug(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTING, count) }, worker));
}

async function connectPlug(i: number): Promise<void> {
  const { port, first, returns } = options;
  const gone = (): void => {
    lost += 1;
    if (returns) after(RETURN_MS, () => void connectPlug(i));
  };
  for (;;) {
    try {
      plugs[i] = await Plug.connect(port, String(FIRST_DEVICE_ID + first + i), gone);
      return;
    } catch (error) {
      if (!returns) throw error;
      await sleep(RETURN_MS);
    }
  }
}

async function carryOut(order: Order): Promise<void> {
  switch (order.do) {
    case 'connect':
      return connectAll();
    case 'closed_loop':
      return load.closedLoop(order.inFlight);
    case 'open_loop':
      return load.openLoop(order.perS);
    case 'pause':
      return load.pause();
    case 'read':
      return;
  }
}

function state(): PlugsState {
  return { sent: load.sent, stored: load.stored, lost, latenciesMs: load.takeLatencies() };
}

const answer = (message: Answer): void => void process.send?.(message);
process.on('message', (order: Order) => {
  carryOut(order).then(
    () => answer({ state: state() }),
    (error: unknown) => answer({ failed: String(error) }),
  );
});
process.once('disconnect', () => process.kill(process.pid));
process.once('SIGTERM', () => {
  for (const plug of plugs) plug.end();
  process.disconnect();
});
answer({ state: state() });
