// The messages on the bus.
export * from './gen/mooring/bus/v1/alarm.js';
export * from './gen/mooring/bus/v1/audit.js';
export * from './gen/mooring/bus/v1/command.js';
export * from './gen/mooring/bus/v1/console.js';
export * from './gen/mooring/bus/v1/device.js';
export * from './gen/mooring/bus/v1/edge.js';
export * from './gen/mooring/bus/v1/firmware.js';
export * from './gen/mooring/bus/v1/live.js';
export * from './gen/mooring/bus/v1/uplink.js';
export * from './gen/mooring/bus/v1/watch.js';
