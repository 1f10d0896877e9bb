// What must be published one after the other, and what may go side by side.
import type { DeviceFact } from '../domain/device-fact.js';

/** The facts of each device, in the order given. */
export function byDevice(facts: readonly DeviceFact[]): ReadonlyMap<bigint, readonly DeviceFact[]> {
  const chains = new Map<bigint, DeviceFact[]>();
  for (const fact of facts) {
    const chain = chains.get(fact.deviceNumber);
    if (chain === undefined) chains.set(fact.deviceNumber, [fact]);
    else chain.push(fact);
  }
  return chains;
}
