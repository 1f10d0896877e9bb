// Services behind the API that answer what a test tells them to, over real gRPC.
import { freePort, type RunningApp, runApp } from '@mooring/harness';
import { firmware, printing, registry, signaling, telemetry } from '@mooring/proto';
import { grpcServer, type Served } from '@mooring/runtime';

/** What each service answers; a call that is missing is answered "unimplemented". */
export interface Answers {
  readonly registry?: Partial<registry.RegistryServer>;
  readonly telemetry?: Partial<telemetry.TelemetryServer>;
  readonly signaling?: Partial<signaling.SignalingServer>;
  readonly firmware?: Partial<firmware.FirmwareUpdateServer>;
  readonly printing?: Partial<printing.PrintingServer>;
}

const definitions = {
  registry: registry.RegistryService,
  telemetry: telemetry.TelemetryService,
  signaling: signaling.SignalingService,
  firmware: firmware.FirmwareUpdateService,
  printing: printing.PrintingService,
};

/** One running service and the variable that tells the API where it is. */
export interface Peer extends RunningApp {
  readonly variable: string;
  readonly address: string;
}

/** Starts one server per service. */
export function startPeers(answers: Answers): Promise<Peer[]> {
  return Promise.all(
    Object.entries(definitions).map(async ([name, definition]) => {
      const port = await freePort();
      const implementation = { ...answers[name as keyof Answers] };
      const services: Served[] = [[definition, implementation]];
      const running = await runApp({ runnables: [grpcServer({ host: '127.0.0.1', port, services })] });
      const variable = `API_${name.toUpperCase()}_ADDRESS`;
      return { ...running, variable, address: `127.0.0.1:${port}` };
    }),
  );
}
