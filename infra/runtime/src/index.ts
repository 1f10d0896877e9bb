// The public entry of the runtime: what every process stands on. Knows no device.
export * from './clock.js';
export { type Config, defineConfig, type Environment } from './config.js';
export * from './fault.js';
export * from './grpc/index.js';
export { type FinishHttp, finishingHttp } from './http-server.js';
export * from './ids.js';
export { Latch } from './latch.js';
export { logger } from './log.js';
export { counter, type Exposition, exposition, gauge, histogram, type MetricOptions } from './metrics.js';
export * from './nats/index.js';
export { postgresFault } from './postgres/fault.js';
export { migrateDeploy } from './postgres/migrate.js';
export { poolRunnable, postgresPool, transaction } from './postgres/pool.js';
export * from './retry.js';
export { type App, type MainOptions, main, type Runnable, type Scope } from './run.js';
export { seal, unseal } from './seal.js';
export { commonConfig, grpcConfig, healthConfig, natsConfig, postgresConfig } from './shared-config.js';
export * from './trace.js';
