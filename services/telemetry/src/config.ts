// Every variable that the telemetry service reads.
import {
  commonConfig,
  defineConfig,
  grpcConfig,
  healthConfig,
  natsConfig,
  postgresConfig,
} from '@mooring/runtime';
import { Type } from 'typebox';
import type { Retention } from './domain/level.js';

// Partitions reach eight days back for what devices buffered; a shorter retention would drop them while they are made.
const days = (fallback: number, minimum: number, description: string) =>
  Type.Integer({ default: fallback, minimum, maximum: 36_500, description });
const partedDays = (fallback: number, what: string) =>
  days(fallback, 10, `Days that ${what} are kept, at least 10.`);

export const config = defineConfig('TELEMETRY', {
  ...commonConfig,
  ...natsConfig,
  ...healthConfig('TELEMETRY'),
  ...grpcConfig('TELEMETRY'),
  ...postgresConfig('TELEMETRY'),
  TELEMETRY_RAW_DAYS: partedDays(30, 'raw readings'),
  TELEMETRY_MINUTE_DAYS: partedDays(90, 'rollups of a minute'),
  TELEMETRY_QUARTER_DAYS: partedDays(366, 'rollups of a quarter hour'),
  TELEMETRY_LOG_DAYS: partedDays(90, 'entries of device logs'),
  TELEMETRY_HOUR_DAYS: days(1_830, 0, 'Days that rollups of an hour are kept; 0 for ever.'),
  TELEMETRY_DAY_DAYS: days(0, 0, 'Days that rollups of a day are kept; 0 for ever.'),
  TELEMETRY_SEEN_DAYS: days(
    31,
    2,
    'Days that the identities of stored batches and reports are kept; longer than dead letters, which may be retried.',
  ),
  TELEMETRY_ALARM_DAYS: days(
    366,
    1,
    'Days that cleared alarms are kept, and deliveries of webhooks that ended.',
  ),
  TELEMETRY_SECRET: Type.String({
    secret: true,
    // 32 bytes: 43 characters and one of padding.
    pattern: '^[A-Za-z0-9+/]{43}=$',
    description: 'Base64 of 32 random bytes; seals the secrets of webhooks at rest.',
  }),
  TELEMETRY_WEBHOOK_BACKOFF_S: Type.String({
    default: '5,30,120,600,3600,21600',
    pattern: '^[0-9]{1,6}(,[0-9]{1,6}){0,19}$',
    description: 'Seconds between attempts to deliver to a webhook; after the last one a delivery is dead.',
  }),
  TELEMETRY_WEBHOOK_PRIVATE_NETWORKS: Type.Boolean({
    default: false,
    description: 'Whether webhooks may go to loopback, link-local and private addresses.',
  }),
});

/** The loaded values. */
export type TelemetryConfig = ReturnType<typeof config.load>;

export function retentionOf(values: TelemetryConfig): Retention {
  return {
    raw: values.TELEMETRY_RAW_DAYS,
    minute: values.TELEMETRY_MINUTE_DAYS,
    quarter: values.TELEMETRY_QUARTER_DAYS,
    hour: values.TELEMETRY_HOUR_DAYS,
    day: values.TELEMETRY_DAY_DAYS,
    log: values.TELEMETRY_LOG_DAYS,
    seen: values.TELEMETRY_SEEN_DAYS,
    alarm: values.TELEMETRY_ALARM_DAYS,
  };
}
