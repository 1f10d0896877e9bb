// All that crosses a process boundary: messages, services, subjects, streams.
export * as bus from './bus.js';
export * as firmware from './firmware.js';
export * as printing from './gen/mooring/printing/v1/printing.js';
export * as signaling from './gen/mooring/signaling/v1/signaling.js';
export * as registry from './registry.js';
export * from './streams.js';
export * from './subjects.js';
export * as telemetry from './telemetry.js';
