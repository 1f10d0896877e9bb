// Every variable that the signaling service reads.
import { commonConfig, defineConfig, grpcConfig, healthConfig } from '@mooring/runtime';
import { Type } from 'typebox';

export const config = defineConfig('SIGNALING', {
  ...commonConfig,
  ...healthConfig('SIGNALING'),
  ...grpcConfig('SIGNALING'),
  SIGNALING_STUN_URLS: Type.String({
    default: '',
    description: 'STUN servers offered to browsers and cameras, separated by commas; empty for none.',
  }),
  SIGNALING_TURN_URLS: Type.String({
    default: '',
    description: 'TURN servers (`turn:host:3478?transport=udp`), separated by commas; empty for none.',
  }),
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
