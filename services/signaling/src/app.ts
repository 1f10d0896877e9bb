// The parts of the signaling service and the order in which they start.
import { registry } from '@mooring/proto';
import {
  type App,
  busRunnable,
  type Clock,
  closedAtStop,
  connectBus,
  Fault,
  grpcClient,
  grpcServer,
  poolRunnable,
  postgresPool,
  systemClock,
} from '@mooring/runtime';
import { iceOf, limitsOf, type SignalingConfig, waitsOf } from './config.js';
import { deviceDeleted } from './consumers/deleted.js';
import { devicesConnected, devicesDisconnected } from './consumers/devices.js';
import { stepsDurable, watchSteps } from './consumers/steps.js';
import { teller as tellerOn } from './edges/tell.js';
import { observed } from './events.js';
import { signalingService } from './grpc/index.js';
import { openDatabase } from './store/client.js';
import { sessionReader } from './store/sessions.js';
import { watchReader } from './store/watches.js';
import { edgeSweep } from './sweeps/edges.js';
import { historySweep } from './sweeps/history.js';
import { RIGHTS_MS, rightsSweep } from './sweeps/rights.js';
import { waitSweep } from './sweeps/waits.js';
import { announcer } from './watching/announce.js';
import { camerasOf } from './watching/cameras.js';
import { sessionChanges } from './watching/changes.js';
import { watchingRunnable } from './watching/respond.js';

export { config } from './config.js';

/** What a test may bring itself. */
export interface Overrides {
  readonly clock?: Clock;
  /** Milliseconds between two looks at who may not watch any more. */
  readonly rightsMs?: number;
}

/** Somebody waits for most of what is asked of the database. */
const STATEMENT_LIMIT_MS = 10_000;

/** The service, connected to the bus. Fault `invalid` when the ICE settings contradict each other. */
export async function app(config: SignalingConfig, overrides: Overrides = {}): Promise<App> {
  const { clock = systemClock, rightsMs = RIGHTS_MS } = overrides;
  const [ice, waits] = [iceOf(config), waitsOf(config)];
  const pool = postgresPool(config.SIGNALING_POSTGRES_URL, {
    max: config.SIGNALING_POSTGRES_POOL,
    name: 'signaling',
    statementLimitMs: STATEMENT_LIMIT_MS,
  });
  const sessions = sessionReader(openDatabase(pool));
  const client = grpcClient(registry.RegistryClient, config.SIGNALING_REGISTRY_ADDRESS);
  const bus = await connectBus({ url: config.NATS_URL, name: 'signaling' });
  const cameras = camerasOf(client);
  const teller = tellerOn(bus, sessions);
  const announce = announcer(bus, teller);
  const changes = sessionChanges({ pool, sessions, waits, clock, announce });
  const shared = { bus, pool, sessions, waits, clock, teller, announce, ice };
  observed(() => sessions.count());
  return {
    // Stopped in reverse: no new requests, then no new steps, then what they stand on.
    runnables: [
      poolRunnable(pool),
      busRunnable(bus),
      closedAtStop('registry client', client),
      teller.runnable,
      historySweep(sessions, config.SIGNALING_HISTORY_DAYS, clock),
      waitSweep({ bus, durable: stepsDurable, sessions, changes, clock }),
      edgeSweep(bus, sessions, changes),
      rightsSweep({ watches: watchReader(pool), cameras, changes, everyMs: rightsMs }),
      watchSteps(bus, changes.steps),
      devicesConnected(bus, changes.devicesGone),
      devicesDisconnected(bus, changes.devicesGone),
      deviceDeleted(bus, changes.forgetDevice),
      watchingRunnable({ ...shared, cameras, limits: limitsOf(config) }),
      grpcServer({
        host: config.SIGNALING_GRPC_HOST,
        port: config.SIGNALING_GRPC_PORT,
        services: [signalingService({ ice, sessions, changes, clock })],
      }),
    ],
    checks: {
      nats: () => {
        if (!bus.connected) throw new Fault('unavailable', 'not connected');
      },
      postgres: async () => {
        await pool.query('SELECT 1');
      },
    },
  };
}
