// The parts of the api service and the order in which they start.
import { firmware, registry, signaling, telemetry } from '@mooring/proto';
import {
  type App,
  busRunnable,
  type Clock,
  connectBus,
  Fault,
  grpcClient,
  healthClient,
  systemClock,
} from '@mooring/runtime';
import type { ApiConfig } from './config.js';
import { healthOf } from './health/health.js';
import { httpServer } from './http/build.js';
import { closing, type HttpRunnable, listening } from './http/listen.js';
import { settingsOf } from './http/settings.js';
import { LiveHub } from './live/hub.js';

export { config } from './config.js';

/** What a test may bring itself. */
export interface Overrides {
  readonly clock?: Clock;
}

/** The service, connected to the bus. `http` tells where it listens. */
export async function app(
  config: ApiConfig,
  overrides: Overrides = {},
): Promise<App & { readonly http: HttpRunnable }> {
  const { clock = systemClock } = overrides;
  const addresses = {
    registry: config.API_REGISTRY_ADDRESS,
    telemetry: config.API_TELEMETRY_ADDRESS,
    signaling: config.API_SIGNALING_ADDRESS,
    'firmware-update': config.API_FIRMWARE_ADDRESS,
  };
  const peers = {
    registry: grpcClient(registry.RegistryClient, addresses.registry),
    telemetry: grpcClient(telemetry.TelemetryClient, addresses.telemetry),
    signaling: grpcClient(signaling.SignalingClient, addresses.signaling),
    firmware: grpcClient(firmware.FirmwareUpdateClient, addresses['firmware-update']),
  };
  const healthClients = Object.fromEntries(
    Object.entries(addresses).map(([name, address]) => [name, healthClient(address)]),
  );
  const bus = await connectBus({ url: config.NATS_URL, name: 'api' });
  const live = new LiveHub(bus, config.API_LIVE_CLIENTS);
  const health = healthOf(healthClients, bus);
  const server = await httpServer(settingsOf(config), { peers, live, health, clock });
  const http = listening(server, config.API_HOST, config.API_PORT);
  return {
    http,
    // Stopped in reverse: live streams end first, as a server that stops waits for its answers to end.
    runnables: [
      closing('service clients', [...Object.values(peers), ...Object.values(healthClients)]),
      busRunnable(bus),
      http,
      live.runnable(),
    ],
    checks: {
      nats: () => {
        if (!bus.connected) throw new Fault('unavailable', 'not connected');
      },
    },
  };
}
