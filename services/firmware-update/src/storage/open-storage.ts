// Decides by the configuration where firmware files lie.
import { firmwareBucket } from '@mooring/proto';
import { type Bus, objectBucket } from '@mooring/runtime';
import type { FirmwareConfig } from '../config.js';
import type { ArtifactStorage } from './artifact-storage.js';
import { s3Storage } from './s3-storage.js';

/** The place, which exists. Fault `unavailable`. */
export async function openStorage(config: FirmwareConfig, bus: Bus): Promise<ArtifactStorage> {
  const storage = config.FIRMWARE_STORAGE === 's3' ? await inS3(config) : objectBucket(bus, firmwareBucket);
  await storage.verify();
  return storage;
}

function inS3(config: FirmwareConfig): Promise<ArtifactStorage> {
  return s3Storage({
    bucket: config.FIRMWARE_S3_BUCKET,
    region: config.FIRMWARE_S3_REGION,
    endpoint: config.FIRMWARE_S3_ENDPOINT,
    pathStyle: config.FIRMWARE_S3_PATH_STYLE,
    accessKey: config.FIRMWARE_S3_ACCESS_KEY,
    secretKey: config.FIRMWARE_S3_SECRET_KEY,
  });
}
