// Assembles the FirmwareUpdate service from its RPCs.
import { firmware } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { listUpdates, type ReadUpdates } from './list-updates.js';

/** The service and its handlers, as a gRPC server takes them. */
export function firmwareService(read: ReadUpdates) {
  const handlers: firmware.FirmwareUpdateServer = { listUpdates: unary(listUpdates(read)) };
  return [firmware.FirmwareUpdateService, handlers] as const;
}
