// The parts of the signaling service and the order in which they start.
import { type App, type Clock, grpcServer, systemClock } from '@mooring/runtime';
import type { SignalingConfig } from './config.js';
import { signalingService } from './grpc/index.js';
import { iceSettings } from './ice/ice-servers.js';

export { config } from './config.js';

/** What a test may bring itself. */
export interface Overrides {
  readonly clock?: Clock;
}

/** The service. Fault `invalid` when the ICE settings contradict each other. */
export function app(config: SignalingConfig, overrides: Overrides = {}): App {
  const { clock = systemClock } = overrides;
  const settings = iceSettings({
    stunUrls: config.SIGNALING_STUN_URLS,
    turnUrls: config.SIGNALING_TURN_URLS,
    turnSecrets: config.SIGNALING_TURN_SECRETS,
    turnTtlS: config.SIGNALING_TURN_TTL_S,
  });
  const server = grpcServer({
    host: config.SIGNALING_GRPC_HOST,
    port: config.SIGNALING_GRPC_PORT,
    services: [signalingService(settings, clock)],
  });
  return { runnables: [server] };
}
