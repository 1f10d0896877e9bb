// The service on a real NATS and Postgres, in as many replicas as a test starts, and what a test asks it.
import { randomBytes } from 'node:crypto';
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
import { buckets, firmware, streams } from '@mooring/proto';
import { applyStreams, type GrpcClient, grpcClient, migrateDeploy } from '@mooring/runtime';
import { app, config, type Overrides } from '../src/app.js';
import { RegistryPeer } from './_registry.js';

const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

/** One process of the service. */
export interface Replica {
  readonly updates: GrpcClient<firmware.FirmwareUpdateClient>;
  readonly artifacts: GrpcClient<firmware.ArtifactsClient>;
  readonly groups: GrpcClient<firmware.DeploymentGroupsClient>;
  /** Of the server of downloads. */
  readonly base: string;
  stop(): Promise<void>;
}

export interface Service extends Replica {
  readonly nats: TestNats;
  readonly postgres: TestPostgres;
  readonly databaseUrl: string;
  readonly registry: RegistryPeer;
  readonly secret: Buffer;
  /** Another replica, with `env` on top; stopped by itself. */
  another(env?: Readonly<Record<string, string>>): Promise<Replica>;
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
  const registry = new RegistryPeer();
  const registryPort = await freePort();
  const registryApp = await runApp({ runnables: [registry.server(registryPort)], checks: {} });
  const secret = randomBytes(32);
  const another: Service['another'] = (further = {}) =>
    replica(
      {
        NATS_URL: nats.url,
        FIRMWARE_POSTGRES_URL: databaseUrl,
        FIRMWARE_REGISTRY_ADDRESS: `127.0.0.1:${registryPort}`,
        FIRMWARE_HTTP_HOST: '127.0.0.1',
        FIRMWARE_HTTP_PORT: '0',
        FIRMWARE_PUBLIC_URL: 'http://files.example.test/',
        FIRMWARE_SECRET: secret.toString('base64'),
        ...env,
        ...further,
      },
      overrides,
    );
  const first = await another();
  return {
    ...{ nats, postgres, databaseUrl, registry, secret, another },
    ...first,
    stop: async () => {
      await first.stop();
      await registryApp.stop();
      await Promise.all([nats.stop(), postgres.stop()]);
    },
  };
}

async function replica(env: Readonly<Record<string, string>>, overrides: Overrides): Promise<Replica> {
  const port = await freePort();
  const composed = await app(config.load({ ...env, FIRMWARE_GRPC_PORT: String(port) }), overrides);
  const running: RunningApp = await runApp(composed);
  const address = `127.0.0.1:${port}`;
  const updates = grpcClient(firmware.FirmwareUpdateClient, address);
  const artifacts = grpcClient(firmware.ArtifactsClient, address);
  const groups = grpcClient(firmware.DeploymentGroupsClient, address);
  return {
    ...{ updates, artifacts, groups },
    base: `http://127.0.0.1:${await composed.downloads.port}`,
    stop: async () => {
      for (const client of [updates, artifacts, groups]) client.close();
      await running.stop();
    },
  };
}
