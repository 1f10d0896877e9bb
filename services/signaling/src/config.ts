// Every variable that the signaling service reads.
import {
  commonConfig,
  defineConfig,
  grpcConfig,
  healthConfig,
  natsConfig,
  postgresConfig,
} from '@mooring/runtime';
import { Type } from 'typebox';
import type { Waits } from './domain/waits.js';
import { type IceSettings, iceSettings } from './ice/ice-servers.js';
import type { SessionLimits } from './store/begin.js';

const urls = (description: string) => Type.String({ default: '', description });
const seconds = (fallback: number, maximum: number, description: string) =>
  Type.Number({ default: fallback, minimum: 0.1, maximum, description });
const most = (fallback: number, description: string) =>
  Type.Integer({ default: fallback, minimum: 1, maximum: 1_000, description });

export const config = defineConfig('SIGNALING', {
  ...commonConfig,
  ...natsConfig,
  ...healthConfig('SIGNALING'),
  ...grpcConfig('SIGNALING'),
  ...postgresConfig('SIGNALING'),
  SIGNALING_REGISTRY_ADDRESS: Type.String({
    default: '127.0.0.1:9000',
    minLength: 1,
    description: 'The registry, `host:port`, or several comma-separated.',
  }),
  SIGNALING_MAX_VIEWERS_PER_DEVICE: most(10, 'Watch sessions that one camera may have at once.'),
  SIGNALING_MAX_SESSIONS_PER_VIEWER: most(
    4,
    'Watch sessions that one connection of a viewer may have at once.',
  ),
  SIGNALING_OFFER_TIMEOUT_S: seconds(
    30,
    600,
    'Seconds that a viewer has for its first offer; then the session ends.',
  ),
  SIGNALING_ANSWER_TIMEOUT_S: seconds(
    30,
    600,
    'Seconds that a camera has to answer the first offer; then the session ends.',
  ),
  SIGNALING_MAX_SESSION_S: seconds(86_400, 31_536_000, 'Seconds after which every watch session ends.'),
  SIGNALING_RECONNECT_GRACE_S: seconds(
    15,
    600,
    'Seconds that an end which can come back has for that, from its loss; then the session ends.',
  ),
  SIGNALING_HISTORY_DAYS: Type.Integer({
    default: 90,
    minimum: 1,
    maximum: 36_500,
    description: 'Days that watch sessions are kept after their end.',
  }),
  SIGNALING_STUN_URLS: urls(
    'STUN servers offered to viewers and cameras, separated by commas; empty for none.',
  ),
  SIGNALING_TURN_URLS: urls(
    'TURN servers (`turn:host:3478`, `turns:host:443`), separated by commas; empty for none. One without `?transport=udp` or `tcp` is offered over both.',
  ),
  SIGNALING_DEVICE_STUN_URLS: urls(
    'STUN servers offered to cameras, where they reach others; empty for the same as viewers.',
  ),
  SIGNALING_DEVICE_TURN_URLS: urls(
    'TURN servers offered to cameras, where they reach others; empty for the same as viewers.',
  ),
  SIGNALING_TURN_SECRETS: Type.String({
    default: '',
    secret: true,
    description:
      'Secrets shared with the TURN servers, separated by commas. The first signs; the others are those it replaces.',
  }),
  SIGNALING_TURN_TTL_S: Type.Integer({
    default: 3600,
    minimum: 60,
    maximum: 86_400,
    description: 'Seconds for which TURN credentials open new allocations; one that is open lives on.',
  }),
});

/** The loaded values. */
export type SignalingConfig = ReturnType<typeof config.load>;

export function waitsOf(values: SignalingConfig): Waits {
  return {
    offerMs: values.SIGNALING_OFFER_TIMEOUT_S * 1_000,
    answerMs: values.SIGNALING_ANSWER_TIMEOUT_S * 1_000,
    sessionMs: values.SIGNALING_MAX_SESSION_S * 1_000,
    graceMs: values.SIGNALING_RECONNECT_GRACE_S * 1_000,
  };
}

export function limitsOf(values: SignalingConfig): SessionLimits {
  return {
    perDevice: values.SIGNALING_MAX_VIEWERS_PER_DEVICE,
    perViewer: values.SIGNALING_MAX_SESSIONS_PER_VIEWER,
  };
}

/** Fault `invalid` when the ICE settings contradict each other. */
export function iceOf(values: SignalingConfig): IceSettings {
  return iceSettings({
    stunUrls: values.SIGNALING_STUN_URLS,
    turnUrls: values.SIGNALING_TURN_URLS,
    deviceStunUrls: values.SIGNALING_DEVICE_STUN_URLS,
    deviceTurnUrls: values.SIGNALING_DEVICE_TURN_URLS,
    turnSecrets: values.SIGNALING_TURN_SECRETS,
    turnTtlS: values.SIGNALING_TURN_TTL_S,
  });
}
