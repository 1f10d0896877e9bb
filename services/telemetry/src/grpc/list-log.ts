// ListLog: what a device said, newest first, a page at a time.
import type { telemetry } from '@mooring/proto';
import { type LogEntry, listLog as list } from '../store/log.js';
import type { Context } from './context.js';
import { deviceNumberOf, limitOf, logCursor, logPlace } from './request.js';

export function listLog({ database }: Context) {
  return async (request: telemetry.ListLogRequest): Promise<telemetry.ListLogResponse> => {
    const device = deviceNumberOf(request.deviceNumber);
    const limit = limitOf(request.limit);
    const before = logPlace(request.cursor);
    const name = request.name === '' ? undefined : request.name;
    const entries = await list(database, device, { limit: limit + 1, name, before });
    const items = entries.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = entries.length > limit && last !== undefined ? logCursor(last) : '';
    return { items: items.map(toMessage), nextCursor };
  };
}

function toMessage({ id, timeMs, name, level, message, fields, epoch }: LogEntry): telemetry.LogEntry {
  return { id: String(id), timeMs, name, level, message, fieldsJson: fields, epoch };
}
