// What routes work with: the services behind, the live streams, the time.
import type { firmware, printing, registry, signaling, telemetry } from '@mooring/proto';
import type { Clock, GrpcClient } from '@mooring/runtime';
import type { ConsoleFiles } from '../console/files.js';
import type { Health } from '../health/health.js';
import type { LiveHub } from '../live/hub.js';

/** The services behind the API. */
export interface Peers {
  readonly registry: GrpcClient<registry.RegistryClient>;
  readonly commands: GrpcClient<registry.CommandsClient>;
  readonly products: GrpcClient<registry.ProductsClient>;
  readonly authorities: GrpcClient<registry.CaCertificatesClient>;
  readonly claims: GrpcClient<registry.ClaimsClient>;
  readonly schedules: GrpcClient<registry.SchedulesClient>;
  readonly telemetry: GrpcClient<telemetry.TelemetryClient>;
  readonly alarms: GrpcClient<telemetry.AlarmsClient>;
  readonly printing: GrpcClient<printing.PrintingClient>;
  readonly signaling: GrpcClient<signaling.SignalingClient>;
  readonly firmware: GrpcClient<firmware.FirmwareUpdateClient>;
  readonly artifacts: GrpcClient<firmware.ArtifactsClient>;
  readonly deploymentGroups: GrpcClient<firmware.DeploymentGroupsClient>;
}

/** Everything that a route may need. */
export interface Parts {
  readonly peers: Peers;
  readonly live: LiveHub;
  readonly health: Health;
  readonly clock: Clock;
  /** Where the API is reached from outside, without a slash at the end; empty: where a request came to. */
  readonly publicUrl: string;
  readonly consoleFiles: ConsoleFiles;
  /** Where pages find the edges. */
  readonly edgeUrls: readonly string[];
}
