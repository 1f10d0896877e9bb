// Every variable of the registry.
import {
  commonConfig,
  defineConfig,
  grpcConfig,
  healthConfig,
  natsConfig,
  postgresConfig,
} from '@mooring/runtime';
import { Type } from 'typebox';

export const config = defineConfig('REGISTRY', {
  ...natsConfig,
  ...commonConfig,
  ...healthConfig('REGISTRY'),
  ...grpcConfig('REGISTRY'),
  ...postgresConfig('REGISTRY'),
  REGISTRY_SECRET: Type.String({
    secret: true,
    // 32 bytes: 43 characters and one of padding.
    pattern: '^[A-Za-z0-9+/]{43}=$',
    description:
      'Base64 of 32 random bytes; seals the signing key at rest and derives secrets that may be shown again.',
  }),
  REGISTRY_ISSUER: Type.String({
    default: 'mooring',
    minLength: 1,
    description: 'Issuer that tokens of people carry and must carry.',
  }),
  REGISTRY_OPERATORS: Type.String({
    default: '',
    description: 'E-mail addresses of platform operators, comma-separated.',
  }),
  REGISTRY_OPEN_SIGNUP: Type.Boolean({
    default: true,
    description: 'Whether anyone may make an account; when not, only the very first one can be made.',
  }),
  REGISTRY_HISTORY_DAYS: Type.Integer({
    default: 90,
    minimum: 1,
    maximum: 3650,
    description: 'Days for which ended connections and settled commands are kept.',
  }),
});
