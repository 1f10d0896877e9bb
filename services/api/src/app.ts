// The parts of the api service and the order in which they start.
import { firmware, printing, registry, signaling, telemetry } from '@mooring/proto';
import {
  type App,
  busRunnable,
  type Clock,
  closedAtStop,
  connectBus,
  Fault,
  grpcClient,
  systemClock,
} from '@mooring/runtime';
import type { ApiConfig } from './config.js';
import { readConsole } from './console/files.js';
import { edgeUrlsOf } from './domain/edge-urls.js';
import { healthOf, partUrls } from './health/health.js';
import { httpServer } from './http/build.js';
import { type HttpRunnable, listening } from './http/listen.js';
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
  const peers = {
    registry: grpcClient(registry.RegistryClient, config.API_REGISTRY_ADDRESS),
    commands: grpcClient(registry.CommandsClient, config.API_REGISTRY_ADDRESS),
    authorities: grpcClient(registry.CaCertificatesClient, config.API_REGISTRY_ADDRESS),
    products: grpcClient(registry.ProductsClient, config.API_REGISTRY_ADDRESS),
    claims: grpcClient(registry.ClaimsClient, config.API_REGISTRY_ADDRESS),
    schedules: grpcClient(registry.SchedulesClient, config.API_REGISTRY_ADDRESS),
    telemetry: grpcClient(telemetry.TelemetryClient, config.API_TELEMETRY_ADDRESS),
    alarms: grpcClient(telemetry.AlarmsClient, config.API_TELEMETRY_ADDRESS),
    printing: grpcClient(printing.PrintingClient, config.API_PRINTING_ADDRESS),
    signaling: grpcClient(signaling.SignalingClient, config.API_SIGNALING_ADDRESS),
    firmware: grpcClient(firmware.FirmwareUpdateClient, config.API_FIRMWARE_ADDRESS),
    artifacts: grpcClient(firmware.ArtifactsClient, config.API_FIRMWARE_ADDRESS),
    deploymentGroups: grpcClient(firmware.DeploymentGroupsClient, config.API_FIRMWARE_ADDRESS),
  };
  const parts = partUrls(config.API_PARTS);
  const edgeUrls = edgeUrlsOf(config.API_EDGE_URLS);
  const consoleFiles = await readConsole(edgeUrls);
  const bus = await connectBus({ url: config.NATS_URL, name: 'api' });
  const live = new LiveHub(bus, config.API_LIVE_CLIENTS);
  const health = healthOf(parts, bus);
  const server = await httpServer(settingsOf(config), {
    peers,
    live,
    health,
    clock,
    publicUrl: config.API_PUBLIC_URL.replace(/\/+$/, ''),
    consoleFiles,
    edgeUrls,
  });
  const http = listening(server, config.API_HOST, config.API_PORT);
  return {
    http,
    // Stopped in reverse: live streams end first, as a server that stops waits for its answers to end.
    runnables: [
      closedAtStop('service clients', ...Object.values(peers)),
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
