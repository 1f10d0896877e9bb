// The public entry of the runtime: what every process stands on. Knows no device.
export * from './clock.js';
export * from './fault.js';
export * from './ids.js';
export { logger } from './log.js';
export { counter, gauge, histogram, type MetricOptions } from './metrics.js';
export * from './retry.js';
export * from './trace.js';
