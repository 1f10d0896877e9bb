// The parts of the telemetry service and the order in which they start.
import {
  type App,
  busRunnable,
  type Clock,
  connectBus,
  deadLetters,
  Fault,
  grpcServer,
  poolRunnable,
  postgresPool,
  systemClock,
} from '@mooring/runtime';
import { alarmEngine } from './alarms/engine.js';
import { retentionOf, type TelemetryConfig } from './config.js';
import { deviceDeleted } from './consumers/deleted.js';
import { deviceLog } from './consumers/log.js';
import { readings, readingsDurable } from './consumers/readings.js';
import { alarmsService } from './grpc/alarms.js';
import { telemetryService } from './grpc/index.js';
import { openDatabase } from './store/client.js';
import { Exports } from './store/export.js';
import { forgetDevice } from './store/forget.js';
import { writerPool } from './store/hot-pool.js';
import { logStore } from './store/log.js';
import { MetricDictionary } from './store/metrics.js';
import { readingStore } from './store/readings.js';
import { upkeep } from './upkeep.js';

export { config } from './config.js';

/** What a test may bring itself. */
export interface Overrides {
  readonly clock?: Clock;
}

/** The service, connected to the bus. */
export async function app(config: TelemetryConfig, overrides: Overrides = {}): Promise<App> {
  const { clock = systemClock } = overrides;
  const url = config.TELEMETRY_POSTGRES_URL;
  const pool = postgresPool(url, { max: config.TELEMETRY_POSTGRES_POOL, name: 'telemetry' });
  const writers = ['readings', 'log'].map((name) => writerPool(url, `telemetry-${name}`));
  const [readingsPool = pool, logPool = pool] = writers;
  const database = openDatabase(pool);
  const metrics = new MetricDictionary(pool);
  const retention = retentionOf(config);
  const bus = await connectBus({ url: config.NATS_URL, name: 'telemetry' });
  const masterKey = Buffer.from(config.TELEMETRY_SECRET, 'base64');
  const engine = alarmEngine({
    bus,
    pool,
    clock,
    masterKey,
    readings: readingsDurable,
    privateNetworks: config.TELEMETRY_WEBHOOK_PRIVATE_NETWORKS,
    backoffS: config.TELEMETRY_WEBHOOK_BACKOFF_S.split(',').map(Number),
  });
  const context = {
    pool,
    database,
    metrics,
    retention,
    clock,
    exports: new Exports(pool),
    deadLetters: deadLetters(bus),
  };
  return {
    // Stopped in reverse: no new requests, then no new batches, then what they stand on.
    runnables: [
      poolRunnable(pool),
      ...writers.map(poolRunnable),
      busRunnable(bus),
      upkeep(pool, database, retention, clock),
      engine.rules,
      ...engine.runnables,
      readings(bus, metrics, readingStore(readingsPool, metrics, engine.watch)),
      deviceLog(bus, logStore(logPool)),
      deviceDeleted(bus, (deviceNumber) => forgetDevice(pool, deviceNumber)),
      grpcServer({
        host: config.TELEMETRY_GRPC_HOST,
        port: config.TELEMETRY_GRPC_PORT,
        services: [telemetryService(context), alarmsService({ pool, clock, masterKey, engine })],
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
