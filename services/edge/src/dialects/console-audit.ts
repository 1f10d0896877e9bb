// What the audit log keeps of a console's end; the registry notes its beginning.
import type { OpenedConsole } from './console-session.js';
import type { DeviceEvent } from './event.js';

/** How long it was open, and how much went each way. */
export interface ConsoleAmounts {
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export function consoleClosed(
  { sessionId, kind, organizationId, actor, deviceId }: OpenedConsole,
  reason: string,
  timeMs: number,
  { durationMs, bytesIn, bytesOut }: ConsoleAmounts,
): DeviceEvent {
  const amounts = { duration_s: Math.round(durationMs / 1000), bytes_in: bytesIn, bytes_out: bytesOut };
  const details = { session_id: sessionId, kind, reason, ...amounts };
  return {
    kind: 'audit',
    organizationId,
    timeMs,
    actor,
    action: 'console.closed',
    resource: deviceId,
    details,
  };
}
