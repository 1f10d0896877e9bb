// Assembles the Telemetry service from its RPCs.
import { telemetry } from '@mooring/proto';
import { serverStream, unary } from '@mooring/runtime';
import type { Context } from './context.js';
import { discardDeadLetter } from './discard-dead-letter.js';
import { exportReadings } from './export-readings.js';
import { getDeadLetter } from './get-dead-letter.js';
import { latestReadings } from './latest-readings.js';
import { listDeadLetters } from './list-dead-letters.js';
import { listLog } from './list-log.js';
import { queryEnergy } from './query-energy.js';
import { queryReadings } from './query-readings.js';
import { retryDeadLetter } from './retry-dead-letter.js';

/** The service and its handlers, as a gRPC server takes them. */
export function telemetryService(context: Context) {
  const handlers: telemetry.TelemetryServer = {
    queryReadings: unary(queryReadings(context)),
    latestReadings: unary(latestReadings(context)),
    exportReadings: serverStream(exportReadings(context)),
    queryEnergy: unary(queryEnergy(context)),
    listLog: unary(listLog(context)),
    listDeadLetters: unary(listDeadLetters(context)),
    getDeadLetter: unary(getDeadLetter(context)),
    retryDeadLetter: unary(retryDeadLetter(context)),
    discardDeadLetter: unary(discardDeadLetter(context)),
  };
  return [telemetry.TelemetryService, handlers] as const;
}
