// Every variable that the api service reads.
import { commonConfig, defineConfig, healthConfig, natsConfig } from '@mooring/runtime';
import { Type } from 'typebox';

function peer(name: string) {
  return Type.String({
    default: '127.0.0.1:9000',
    minLength: 1,
    description: `Where the ${name} service answers, host:port; several separated by commas.`,
  });
}

function perSecond(fallback: number, description: string) {
  return Type.Number({ default: fallback, minimum: 0.1, maximum: 1_000_000, description });
}

function count(fallback: number, description: string) {
  return Type.Integer({ default: fallback, minimum: 1, maximum: 1_000_000, description });
}

export const config = defineConfig('API', {
  ...commonConfig,
  ...natsConfig,
  ...healthConfig('API'),
  API_HOST: Type.String({
    default: '0.0.0.0',
    minLength: 1,
    description: 'Address on which the API listens.',
  }),
  API_PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65_535,
    description: 'Port on which the API listens; 0 takes a free one and logs it.',
  }),
  API_REGISTRY_ADDRESS: peer('registry'),
  API_TELEMETRY_ADDRESS: peer('telemetry'),
  API_SIGNALING_ADDRESS: peer('signaling'),
  API_FIRMWARE_ADDRESS: peer('firmware-update'),
  API_PRINTING_ADDRESS: peer('printing'),
  API_PUBLIC_URL: Type.String({
    default: '',
    description:
      'How the API is reached from outside, for addresses that it gives out; empty: as it was asked.',
  }),
  API_EDGE_URLS: Type.String({
    default: 'ws://127.0.0.1:8000',
    minLength: 1,
    description:
      'Where browsers reach the edges, ws:// or wss:// addresses separated by commas; pages that show cameras are told.',
  }),
  API_PARTS: Type.String({
    default: '',
    description: 'What /healthz asks, comma-separated: `name=url` of the /readyz of each part.',
  }),
  API_BODY_LIMIT_BYTES: Type.Integer({
    default: 1_048_576,
    minimum: 1024,
    maximum: 67_108_864,
    description: 'A longer request body is answered 413.',
  }),
  API_RATE_PER_S: perSecond(100, 'Requests per second of one person, key or, without either, address.'),
  API_RATE_BURST: count(400, 'Requests at once, before API_RATE_PER_S holds.'),
  API_AUTH_RATE_PER_S: perSecond(10, 'Registrations and logins per second of one address.'),
  API_AUTH_BURST: count(50, 'Registrations and logins at once, before API_AUTH_RATE_PER_S holds.'),
  API_LIVE_CLIENTS: count(2000, 'Live streams that one process serves; a further one is answered 429.'),
  API_TRUSTED_PROXIES: Type.String({
    default: '',
    description:
      'Addresses or networks of proxies, separated by commas, whose X-Forwarded-For is believed; empty for none.',
  }),
  API_CORS_ORIGINS: Type.String({
    default: '',
    description: 'Origins whose pages may call the API, separated by commas; empty for none, `*` for all.',
  }),
});

/** The loaded values. */
export type ApiConfig = ReturnType<typeof config.load>;
