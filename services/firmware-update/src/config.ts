// Every variable that the firmware-update service reads.
import {
  commonConfig,
  defineConfig,
  grpcConfig,
  healthConfig,
  natsConfig,
  postgresConfig,
} from '@mooring/runtime';

export const config = defineConfig('FIRMWARE', {
  ...commonConfig,
  ...natsConfig,
  ...healthConfig('FIRMWARE'),
  ...grpcConfig('FIRMWARE'),
  ...postgresConfig('FIRMWARE'),
});

/** The loaded values. */
export type FirmwareConfig = ReturnType<typeof config.load>;
