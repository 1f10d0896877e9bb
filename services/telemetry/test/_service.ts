// Runs the telemetry service on a real NATS and Postgres, with an edge to publish from and a client to ask with.
import { fileURLToPath } from 'node:url';
import {
  freePort,
  type RunningApp,
  runApp,
  type TestNats,
  type TestPostgres,
  testNats,
  testPostgres,
} from '@mooring/harness';
import { type bus, streams, telemetry, uplink } from '@mooring/proto';
import {
  applyStreams,
  type Bus,
  connectBus,
  grpcClient,
  migrateDeploy,
  postgresPool,
  uuidv7,
} from '@mooring/runtime';
import { app } from '../src/app.js';
import { config } from '../src/config.js';

const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

/** A reading as tests say it. */
export interface TestReading {
  readonly metric?: string;
  readonly timeMs: number;
  readonly value: number;
  readonly intervalS?: number;
  readonly report?: { readonly boot: string; readonly seq: number; readonly entry: number };
}

export const organization = uuidv7();
const boot = uuidv7();
let sequence = 0n;

/** A batch of one device's readings, under an identity of its own. */
export function batchOf(deviceNumber: bigint, readings: readonly TestReading[]): bus.ReadingBatch {
  const metrics = [...new Set(readings.map(({ metric = 'power_w' }) => metric))];
  const baseTimeMs = readings[0]?.timeMs ?? Date.now();
  return {
    header: { node: 'edge-1', boot, sequence: ++sequence, traceparents: [] },
    organizations: [{ id: organization, timeZone: 'Europe/Sofia' }],
    sources: [
      { deviceNumber, deviceId: `device-${deviceNumber}`, organization: 0, epoch: 3n, dialect: 'kinetid' },
    ],
    metrics,
    baseTimeMs,
    source: readings.map(() => 0),
    metric: readings.map(({ metric = 'power_w' }) => metrics.indexOf(metric)),
    timeOffsetMs: readings.map(({ timeMs }) => timeMs - baseTimeMs),
    value: readings.map(({ value }) => value),
    intervalS: readings.map(({ intervalS = 60 }) => intervalS),
    sequence: readings.map((_, index) => index),
    reports: readings.flatMap(({ report }, reading) =>
      report === undefined ? [] : [{ reading, ...report }],
    ),
  };
}

/** Everything that a test of the service needs. */
export interface TestService {
  readonly nats: TestNats;
  readonly postgres: TestPostgres;
  readonly edge: Bus;
  readonly sql: ReturnType<typeof postgresPool>;
  readonly client: ReturnType<typeof clientOf>;
  readonly alarms: ReturnType<typeof alarmsOf>;
  /** Publishes a batch; under a message id of its own, so that the stream takes the same batch again. */
  send(batch: bus.ReadingBatch): Promise<void>;
  /** One number from the database. */
  number(query: string, ...values: unknown[]): Promise<number>;
  /** Ends the process of the service and starts another one in its place. */
  restart(): Promise<void>;
  /** Starts one more process of the service on the same bus and database; it ends with the first. */
  replicate(): Promise<void>;
  stop(): Promise<void>;
}

function clientOf(port: number) {
  return grpcClient(telemetry.TelemetryClient, `127.0.0.1:${port}`);
}

function alarmsOf(port: number) {
  return grpcClient(telemetry.AlarmsClient, `127.0.0.1:${port}`);
}

export async function startService(variables: Record<string, string> = {}): Promise<TestService> {
  const [nats, postgres] = await Promise.all([testNats(), testPostgres()]);
  await applyStreams(nats.url, streams);
  const url = postgres.url('telemetry');
  await migrateDeploy(url, migrations);
  const port = await freePort();
  const env = {
    NATS_URL: nats.url,
    TELEMETRY_POSTGRES_URL: url,
    TELEMETRY_SECRET: Buffer.alloc(32, 7).toString('base64'),
    TELEMETRY_GRPC_PORT: String(port),
    ...variables,
  };
  const start = async (more = {}): Promise<RunningApp> => runApp(await app(config.load({ ...env, ...more })));
  let running = await start();
  const replicas: RunningApp[] = [];
  const edge = await connectBus({ url: nats.url, name: 'edge-1' });
  const sql = postgresPool(url, { max: 2, name: 'test' });
  const client = clientOf(port);
  const alarms = alarmsOf(port);
  return {
    nats,
    postgres,
    edge,
    sql,
    client,
    alarms,
    async send(batch) {
      await edge.persist(uplink.reading, { node: 'edge-1' }, batch, { id: uuidv7() });
    },
    async number(query, ...values) {
      const { rows } = await sql.query<Record<string, unknown>>(query, values);
      return Number(Object.values(rows[0] ?? {})[0]);
    },
    async restart() {
      await running.stop();
      running = await start();
    },
    async replicate() {
      replicas.push(await start({ TELEMETRY_GRPC_PORT: String(await freePort()) }));
    },
    async stop() {
      client.close();
      alarms.close();
      await edge.close();
      await Promise.all([running, ...replicas].map((each) => each.stop()));
      await sql.end();
      await Promise.all([nats.stop(), postgres.stop()]);
    },
  };
}
