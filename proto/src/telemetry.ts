// Everything that the telemetry service serves, under one name.
export * from './gen/mooring/telemetry/v1/alarm.js';
export * from './gen/mooring/telemetry/v1/telemetry.js';
