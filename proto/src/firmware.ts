// Everything that the firmware-update service serves, under one name.
export * from './gen/mooring/firmware/v1/artifact.js';
export * from './gen/mooring/firmware/v1/deployment.js';
export * from './gen/mooring/firmware/v1/firmware.js';
