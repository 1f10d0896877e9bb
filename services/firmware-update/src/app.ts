// The parts of the firmware-update service and the order in which they start.
import {
  type App,
  busRunnable,
  connectBus,
  Fault,
  grpcServer,
  poolRunnable,
  postgresPool,
} from '@mooring/runtime';
import type { FirmwareConfig } from './config.js';
import { deviceDeleted } from './consumers/device-deleted.js';
import { firmwareStatus } from './consumers/firmware-status.js';
import { firmwareService } from './grpc/index.js';
import { applyStored } from './store/apply.js';
import { openDatabase } from './store/client.js';
import { forgetDevices, listUpdates } from './store/updates.js';

export { config } from './config.js';

/** The service, connected to the bus. */
export async function app(config: FirmwareConfig): Promise<App> {
  const pool = postgresPool(config.FIRMWARE_POSTGRES_URL, {
    max: config.FIRMWARE_POSTGRES_POOL,
    name: 'firmware-update',
  });
  const database = openDatabase(pool);
  const bus = await connectBus({ url: config.NATS_URL, name: 'firmware-update' });
  const server = grpcServer({
    host: config.FIRMWARE_GRPC_HOST,
    port: config.FIRMWARE_GRPC_PORT,
    services: [firmwareService((deviceId, limit, before) => listUpdates(database, deviceId, limit, before))],
  });
  return {
    // Stopped in reverse: no new requests, then no new batches, then what they stand on.
    runnables: [
      poolRunnable(pool),
      busRunnable(bus),
      firmwareStatus(bus, (steps) => applyStored(database, steps)),
      deviceDeleted(bus, (deviceIds) => forgetDevices(database, deviceIds)),
      server,
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
