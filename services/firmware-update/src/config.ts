// Every variable that the firmware-update service reads.
import {
  commonConfig,
  defineConfig,
  grpcConfig,
  healthConfig,
  natsConfig,
  postgresConfig,
} from '@mooring/runtime';
import { Type } from 'typebox';

const MIB = 1024 ** 2;

function count(fallback: number, description: string) {
  return Type.Integer({ default: fallback, minimum: 1, maximum: 10_000, description });
}

function s3(fallback: string, description: string) {
  return Type.String({ default: fallback, description });
}

export const config = defineConfig('FIRMWARE', {
  ...commonConfig,
  ...natsConfig,
  ...healthConfig('FIRMWARE'),
  ...grpcConfig('FIRMWARE'),
  ...postgresConfig('FIRMWARE'),
  FIRMWARE_REGISTRY_ADDRESS: Type.String({
    default: '127.0.0.1:9000',
    minLength: 1,
    description: 'The registry, `host:port`, or several comma-separated.',
  }),
  FIRMWARE_HTTP_HOST: Type.String({
    default: '0.0.0.0',
    minLength: 1,
    description: 'Address on which the server of downloads listens.',
  }),
  FIRMWARE_HTTP_PORT: Type.Integer({
    default: 8081,
    minimum: 0,
    maximum: 65_535,
    description: 'Port on which the server of downloads listens; 0 takes a free one and logs it.',
  }),
  FIRMWARE_PUBLIC_URL: Type.String({
    default: 'http://127.0.0.1:8081',
    pattern: '^https?://[^?#]+$',
    description: 'How devices reach the server of downloads, or the CDN in front of it; links begin with it.',
  }),
  FIRMWARE_SECRET: Type.String({
    secret: true,
    // 32 bytes: 43 characters and one of padding.
    pattern: '^[A-Za-z0-9+/]{43}=$',
    description: 'Base64 of 32 random bytes; signs links. With another one all links end.',
  }),
  FIRMWARE_LINK_S: Type.Integer({
    default: 86_400,
    minimum: 60,
    maximum: 30 * 86_400,
    description: 'Seconds for which a link is good, and up to the next full hour after that.',
  }),
  FIRMWARE_MAX_BYTES: Type.Integer({
    default: 200 * MIB,
    minimum: 1024,
    maximum: 4096 * MIB,
    description: 'A larger firmware file is refused.',
  }),
  FIRMWARE_MAX_INFLATED_BYTES: Type.Integer({
    default: 1024 * MIB,
    minimum: 1024,
    maximum: 65_536 * MIB,
    description: 'A firmware file that inflates to more is refused, before it is inflated.',
  }),
  FIRMWARE_UPLOADS: count(
    4,
    'Uploads at once, half of them of one organization; a further one is told to come again.',
  ),
  FIRMWARE_REQUIRE_UNIQUE_VERSION: Type.Boolean({
    default: true,
    description:
      'Whether firmware is refused when other firmware of its product, platform and architecture has its version.',
  }),
  FIRMWARE_SPOOL_DIRECTORY: Type.String({
    default: '',
    description:
      'Where uploads lie until they are verified, FIRMWARE_UPLOADS times FIRMWARE_MAX_BYTES; empty: the directory for temporary files.',
  }),
  FIRMWARE_DOWNLOADS: count(64, 'Downloads at once; further ones wait for their turn.'),
  FIRMWARE_DOWNLOADS_WAITING: Type.Integer({
    default: 256,
    minimum: 0,
    maximum: 10_000,
    description: 'Downloads that wait for their turn; a further one is told to come again.',
  }),
  FIRMWARE_DOWNLOAD_WAIT_S: Type.Integer({
    default: 45,
    minimum: 1,
    maximum: 3_600,
    description:
      'Seconds after which one that waits is told to come again; devices, and many balancers, give up on a server that is silent for 60.',
  }),
  FIRMWARE_DOWNLOAD_STALL_S: count(30, 'Seconds within which a client must take 64 KiB.'),
  FIRMWARE_DOWNLOAD_S: Type.Integer({
    default: 3_600,
    minimum: 1,
    maximum: 86_400,
    description: 'Seconds after which a download is cut off; the client asks for the rest.',
  }),
  FIRMWARE_STORAGE: Type.Enum(['nats', 's3'], {
    default: 'nats',
    description: 'Where firmware files lie: in a bucket of NATS, or of a service that speaks S3.',
  }),
  FIRMWARE_S3_BUCKET: s3('', 'The bucket, for FIRMWARE_STORAGE=s3; it must exist.'),
  FIRMWARE_S3_ENDPOINT: s3('', 'URL of the service; empty for that of AWS.'),
  FIRMWARE_S3_REGION: s3('us-east-1', 'Region of the bucket.'),
  FIRMWARE_S3_PATH_STYLE: Type.Boolean({
    default: false,
    description: 'Whether the bucket stands in the path, as most services other than AWS want it.',
  }),
  FIRMWARE_S3_ACCESS_KEY: s3('', 'Access key; empty for what the environment offers, such as a role.'),
  FIRMWARE_S3_SECRET_KEY: Type.String({ default: '', secret: true, description: 'Its secret.' }),
});

/** The loaded values. */
export type FirmwareConfig = ReturnType<typeof config.load>;
