// Asks firmware-update whether an update waits for a device.
import { updating } from '@mooring/proto';
import type { Bus } from '@mooring/runtime';
import type { AdmittedDevice, Answer } from '../dialects/dialect.js';
import { updateOf } from '../downlink/push-input.js';

const CHECK_MS = 5_000;

/** Rejects with the bus's Fault: `unavailable` when nobody answers, `deadline` after 5 s. */
export async function askUpdate(
  bus: Pick<Bus, 'request'>,
  device: AdmittedDevice | undefined,
): Promise<Answer> {
  if (device === undefined) return { kind: 'refused', code: 'unauthenticated', message: 'Nobody asks' };
  const request = { deviceId: device.id, organizationId: device.organizationId };
  const { update } = await bus.request(updating.check, {}, request, CHECK_MS);
  return { kind: 'update_due', update: update && updateOf(update) };
}
