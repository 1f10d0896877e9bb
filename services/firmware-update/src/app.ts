// The parts of the firmware-update service and the order in which they start.
import { tmpdir } from 'node:os';
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
import type { FirmwareConfig } from './config.js';
import { Downloads } from './downloads/downloads.js';
import { linkMaker } from './downloads/make-link.js';
import { type DownloadServer, downloadServer } from './downloads/server.js';
import { artifactService, deploymentService, firmwareService } from './grpc/index.js';
import { engine } from './rollouts/engine.js';
import type { ArtifactStorage } from './storage/artifact-storage.js';
import { openStorage } from './storage/open-storage.js';
import { sweeper } from './storage/sweeper.js';
import { artifactById } from './store/artifacts.js';
import { type Database, openDatabase } from './store/client.js';
import { UPLOAD_MS, Uploads } from './uploads/upload.js';

export { config } from './config.js';

const MAX_ENTRIES = 1_000;
/** What nothing announces, such as the end of a penalty, is found after so long. */
const TICK_MS = 5_000;
// Connections that are answered, told that there is no answer, or kept for the next request; those that wait come on top.
const CONNECTIONS_PER_DOWNLOAD = 4;

/** What a test may bring itself. */
export interface Overrides {
  readonly clock?: Clock;
  /** How often rollouts are looked at without a reason. */
  readonly tickMs?: number;
}

/** The service, connected to the bus. `downloads` tells where it listens for them. */
export async function app(
  config: FirmwareConfig,
  { clock = systemClock, tickMs = TICK_MS }: Overrides = {},
): Promise<App & { readonly downloads: DownloadServer }> {
  const pool = postgresPool(config.FIRMWARE_POSTGRES_URL, {
    max: config.FIRMWARE_POSTGRES_POOL,
    name: 'firmware-update',
  });
  const database = openDatabase(pool);
  const bus = await connectBus({ url: config.NATS_URL, name: 'firmware-update' });
  const storage = await openStorage(config, bus);
  const secret = Buffer.from(config.FIRMWARE_SECRET, 'base64');
  const links = { secret, publicUrl: config.FIRMWARE_PUBLIC_URL, lifetimeS: config.FIRMWARE_LINK_S };
  const uploads = uploadsOf(config, { database, storage, clock });
  const downloads = downloadsOf(config, { database, storage, clock, secret });
  const client = grpcClient(registry.RegistryClient, config.FIRMWARE_REGISTRY_ADDRESS);
  const link = linkMaker(links, clock);
  const rollouts = engine({ bus, pool, database, clock, registry: client, link, tickMs });
  const { changes, poke } = rollouts;
  const server = grpcServer({
    host: config.FIRMWARE_GRPC_HOST,
    port: config.FIRMWARE_GRPC_PORT,
    services: [
      firmwareService(pool),
      artifactService({ database, clock, uploads, link }),
      deploymentService({ database, pool, clock, changes, poke }),
    ],
    graceMs: UPLOAD_MS,
  });
  return {
    downloads,
    // Stopped in reverse: no new requests, then no new batches, then what they stand on.
    runnables: [
      poolRunnable(pool),
      busRunnable(bus),
      sweeper(database, storage, clock),
      closedAtStop('registry client', client),
      ...rollouts.runnables,
      server,
      downloads,
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

interface Base {
  readonly database: Database;
  readonly storage: ArtifactStorage;
  readonly clock: Clock;
}

function uploadsOf(config: FirmwareConfig, base: Base): Uploads {
  return new Uploads({
    ...base,
    spoolDirectory: config.FIRMWARE_SPOOL_DIRECTORY || tmpdir(),
    maxBytes: config.FIRMWARE_MAX_BYTES,
    maxUploads: config.FIRMWARE_UPLOADS,
    uniqueVersions: config.FIRMWARE_REQUIRE_UNIQUE_VERSION,
    archive: { maxEntries: MAX_ENTRIES, maxInflatedBytes: config.FIRMWARE_MAX_INFLATED_BYTES },
  });
}

function downloadsOf(
  config: FirmwareConfig,
  { database, storage, clock, secret }: Base & { readonly secret: Buffer },
): DownloadServer {
  const atOnce = config.FIRMWARE_DOWNLOADS;
  const waiting = config.FIRMWARE_DOWNLOADS_WAITING;
  const turns = { atOnce, waiting, waitMs: config.FIRMWARE_DOWNLOAD_WAIT_S * 1_000 };
  const stallMs = config.FIRMWARE_DOWNLOAD_STALL_S * 1_000;
  const patience = { stallMs, totalMs: config.FIRMWARE_DOWNLOAD_S * 1_000 };
  const find = (id: string) => artifactById(database, id);
  return downloadServer(new Downloads({ storage, find, clock, secret, turns, patience }), {
    host: config.FIRMWARE_HTTP_HOST,
    port: config.FIRMWARE_HTTP_PORT,
    maxConnections: atOnce * CONNECTIONS_PER_DOWNLOAD + waiting,
  });
}
