// The API in front of the real services, on a real bus and database, all in the test's own process.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { config as firmwareConfig, app as firmwareUpdate } from '@mooring/firmware-update';
import {
  freePort,
  freePorts,
  type RunningApp,
  runApp,
  type TestNats,
  testNats,
  testPostgres,
} from '@mooring/harness';
import { app as printing, config as printingConfig } from '@mooring/printing';
import { buckets, streams } from '@mooring/proto';
import { config as registryConfig, app as registryService } from '@mooring/registry';
import { type App, applyStreams, type Config, migrateDeploy } from '@mooring/runtime';
import { app as signaling, config as signalingConfig } from '@mooring/signaling';
import { config as telemetryConfig, app as telemetryService } from '@mooring/telemetry';
import { app, config } from '../src/app.js';

export interface Everything {
  readonly base: string;
  readonly nats: TestNats;
  stop(): Promise<void>;
}

type Start<V> = (values: V) => App | Promise<App>;

/** Starts it all. `operator` is the e-mail address of an operator of the platform, `firmware` are variables of its own. */
export async function everything(
  operator: string,
  firmware: Readonly<Record<string, string>> = {},
): Promise<Everything> {
  const [nats, postgres] = await Promise.all([testNats(), testPostgres()]);
  await applyStreams(nats.url, streams, buckets);
  const [registryPort = 0, telemetryPort = 0, signalingPort = 0, firmwarePort = 0, printingPort = 0] =
    await freePorts(5);
  const running: RunningApp[] = [];

  const start = async <V>(
    name: string,
    port: number,
    settings: Pick<Config, 'prefix'> & { load(env: object): V },
    app: Start<V>,
    more = {},
  ) => {
    const { prefix } = settings;
    const url = postgres.url(name);
    const env: Record<string, string> = {
      NATS_URL: nats.url,
      [`${prefix}_GRPC_HOST`]: '127.0.0.1',
      [`${prefix}_GRPC_PORT`]: String(port),
      ...more,
    };
    if (name !== 'printing') {
      await migrateDeploy(url, fileURLToPath(new URL(`../../${name}/prisma/migrations`, import.meta.url)));
      Object.assign(env, { [`${prefix}_POSTGRES_URL`]: url });
    }
    running.push(await runApp(await app(settings.load(env))));
  };
  const secret = { REGISTRY_SECRET: randomBytes(32).toString('base64'), REGISTRY_OPERATORS: operator };
  await start('registry', registryPort, registryConfig, registryService, secret);
  const sealing = {
    TELEMETRY_SECRET: randomBytes(32).toString('base64'),
    TELEMETRY_WEBHOOK_PRIVATE_NETWORKS: 'true',
  };
  await start('telemetry', telemetryPort, telemetryConfig, telemetryService, sealing);
  const asking = { SIGNALING_REGISTRY_ADDRESS: `127.0.0.1:${registryPort}` };
  await start('signaling', signalingPort, signalingConfig, signaling, asking);
  await start('printing', printingPort, printingConfig, printing);
  const downloads = await freePort();
  const files = {
    FIRMWARE_REGISTRY_ADDRESS: `127.0.0.1:${registryPort}`,
    FIRMWARE_SECRET: randomBytes(32).toString('base64'),
    FIRMWARE_HTTP_HOST: '127.0.0.1',
    FIRMWARE_HTTP_PORT: String(downloads),
    FIRMWARE_PUBLIC_URL: `http://127.0.0.1:${downloads}`,
    ...firmware,
  };
  await start('firmware-update', firmwarePort, firmwareConfig, firmwareUpdate, files);

  const at = (port: number) => `127.0.0.1:${port}`;
  const api = await app(
    config.load({
      NATS_URL: nats.url,
      API_HOST: '127.0.0.1',
      API_PORT: '0',
      API_REGISTRY_ADDRESS: at(registryPort),
      API_TELEMETRY_ADDRESS: at(telemetryPort),
      API_SIGNALING_ADDRESS: at(signalingPort),
      API_FIRMWARE_ADDRESS: at(firmwarePort),
      API_PRINTING_ADDRESS: at(printingPort),
    }),
  );
  running.push(await runApp(api));
  return {
    base: `http://127.0.0.1:${await api.http.port}`,
    nats,
    stop: async () => {
      for (const each of running.reverse()) await each.stop();
      await Promise.all([nats.stop(), postgres.stop()]);
    },
  };
}
