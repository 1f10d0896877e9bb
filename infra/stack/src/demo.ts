// The demo devices in the registry, with names and a tag by which anybody can tell them from real ones.
import { fleetDevices } from '@mooring/devices';
import { Fault } from '@mooring/runtime';

/** Begins the identifiers of the demo fleet that can hold letters. */
export const demoPrefix = 'demo';

const CALL_LIMIT_MS = 10_000;
const MADE = 201;
const THERE_ALREADY = 409;

/** Registers them for the owner; those that are there already stay as they are. */
export async function registerDemo(api: string, token: string): Promise<void> {
  for (const device of fleetDevices(demoPrefix)) {
    const response = await fetch(`${api}/v1/devices`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...device, tags: ['demo'] }),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    if (response.status === MADE || response.status === THERE_ALREADY) continue;
    throw new Fault(
      'unavailable',
      `The demo device ${device.name} could not be registered: ${await response.text()}`,
    );
  }
}
