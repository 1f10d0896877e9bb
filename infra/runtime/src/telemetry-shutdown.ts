// Lets main await the last flush of spans without knowing whether telemetry was started at all.
import { deadline } from './clock.js';
import { logger } from './log.js';

const SHUTDOWN_LIMIT_MS = 5_000;
const log = logger('telemetry');
let shutdown: (() => Promise<void>) | undefined;

/** Called by the preload once spans are being exported. */
export function onTelemetryShutdown(fn: () => Promise<void>): void {
  shutdown = fn;
}

/** Sends what is still queued; logs when that fails or takes over 5 s. Never rejects. */
export async function shutdownTelemetry(): Promise<void> {
  if (shutdown === undefined) return;
  try {
    await deadline(shutdown(), SHUTDOWN_LIMIT_MS, 'sending the last spans');
  } catch (error) {
    log.warn({ err: error }, 'the last spans were not sent');
  }
}
