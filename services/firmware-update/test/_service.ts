// The service on a real NATS and Postgres, and what a test asks it.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePort, runApp, type TestNats, type TestPostgres, testNats, testPostgres } from '@mooring/harness';
import { buckets, firmware, streams } from '@mooring/proto';
import { applyStreams, type GrpcClient, grpcClient, migrateDeploy } from '@mooring/runtime';
import { app, config, type Overrides } from '../src/app.js';

const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

export interface Service {
  readonly nats: TestNats;
  readonly postgres: TestPostgres;
  readonly databaseUrl: string;
  readonly updates: GrpcClient<firmware.FirmwareUpdateClient>;
  readonly artifacts: GrpcClient<firmware.ArtifactsClient>;
  /** Of the server of downloads. */
  readonly base: string;
  readonly secret: Buffer;
  stop(): Promise<void>;
}

/** Starts it with servers of its own. Links begin with `http://files.example.test`. */
export async function service(
  env: Readonly<Record<string, string>> = {},
  overrides: Overrides = {},
): Promise<Service> {
  const [nats, postgres] = await Promise.all([testNats(), testPostgres()]);
  await applyStreams(nats.url, streams, buckets);
  const databaseUrl = postgres.url('firmware');
  await migrateDeploy(databaseUrl, migrations);
  const port = await freePort();
  const secret = randomBytes(32);
  const values = config.load({
    NATS_URL: nats.url,
    FIRMWARE_POSTGRES_URL: databaseUrl,
    FIRMWARE_GRPC_PORT: String(port),
    FIRMWARE_HTTP_HOST: '127.0.0.1',
    FIRMWARE_HTTP_PORT: '0',
    FIRMWARE_PUBLIC_URL: 'http://files.example.test/',
    FIRMWARE_SECRET: secret.toString('base64'),
    ...env,
  });
  const composed = await app(values, overrides);
  const running = await runApp(composed);
  const address = `127.0.0.1:${port}`;
  const updates = grpcClient(firmware.FirmwareUpdateClient, address);
  const artifacts = grpcClient(firmware.ArtifactsClient, address);
  return {
    ...{ nats, postgres, databaseUrl, updates, artifacts, secret },
    base: `http://127.0.0.1:${await composed.downloads.port}`,
    stop: async () => {
      updates.close();
      artifacts.close();
      await running.stop();
      await Promise.all([nats.stop(), postgres.stop()]);
    },
  };
}
