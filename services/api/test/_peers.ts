// Services behind the API that answer what a test tells them to, over real gRPC.
import { freePort, type RunningApp, runApp } from '@mooring/harness';
import { firmware, printing, registry, signaling, telemetry } from '@mooring/proto';
import { grpcServer, type Served } from '@mooring/runtime';

/** What each service answers; a call that is missing is answered "unimplemented". */
export interface Answers {
  readonly registry?: Partial<registry.RegistryServer>;
  readonly commands?: Partial<registry.CommandsServer>;
  readonly claims?: Partial<registry.ClaimsServer>;
  readonly products?: Partial<registry.ProductsServer>;
  readonly schedules?: Partial<registry.SchedulesServer>;
  readonly telemetry?: Partial<telemetry.TelemetryServer>;
  readonly signaling?: Partial<signaling.SignalingServer>;
  readonly firmware?: Partial<firmware.FirmwareUpdateServer>;
  readonly artifacts?: Partial<firmware.ArtifactsServer>;
  readonly deploymentGroups?: Partial<firmware.DeploymentGroupsServer>;
  readonly printing?: Partial<printing.PrintingServer>;
}

/** What each process serves. */
const definitions = {
  registry: {
    registry: registry.RegistryService,
    commands: registry.CommandsService,
    claims: registry.ClaimsService,
    schedules: registry.SchedulesService,
    products: registry.ProductsService,
  },
  telemetry: { telemetry: telemetry.TelemetryService },
  signaling: { signaling: signaling.SignalingService },
  firmware: {
    firmware: firmware.FirmwareUpdateService,
    artifacts: firmware.ArtifactsService,
    deploymentGroups: firmware.DeploymentGroupsService,
  },
  printing: { printing: printing.PrintingService },
} as const;

/** One running service and the variable that tells the API where it is. */
export interface Peer extends RunningApp {
  readonly variable: string;
  readonly address: string;
}

type UntypedHandlers = Served[1];

/** Starts one server per process. */
export function startPeers(answers: Answers): Promise<Peer[]> {
  return Promise.all(
    Object.entries(definitions).map(async ([name, served]) => {
      const port = await freePort();
      const services = Object.entries(served).map(
        ([part, definition]): Served => [
          definition,
          { ...(answers[part as keyof Answers] as UntypedHandlers) },
        ],
      );
      const running = await runApp({ runnables: [grpcServer({ host: '127.0.0.1', port, services })] });
      const variable = `API_${name.toUpperCase()}_ADDRESS`;
      return { ...running, variable, address: `127.0.0.1:${port}` };
    }),
  );
}
