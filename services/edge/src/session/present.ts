// The devices that are admitted on one connection: the one that it belongs to, and those that speak through it.
import type { AdmittedDevice } from '../dialects/dialect.js';
import type { Accepted } from './ports.js';

/** What became of a delivery that nobody here takes. */
export const NOT_HERE: Accepted = { accepted: false };

const NOBODY: readonly AdmittedDevice[] = [];

export class Present {
  #main: AdmittedDevice | undefined;
  #children: Map<bigint, AdmittedDevice> | undefined;

  get main(): AdmittedDevice | undefined {
    return this.#main;
  }

  /** The device with that number here, if this is the session that `epoch` means. */
  find(deviceNumber: bigint, epoch: bigint): AdmittedDevice | undefined {
    const device = this.#main?.number === deviceNumber ? this.#main : this.#children?.get(deviceNumber);
    return device?.epoch === epoch ? device : undefined;
  }

  add(device: AdmittedDevice, isChild: boolean): void {
    if (isChild) {
      this.#children ??= new Map();
      this.#children.set(device.number, device);
    } else {
      this.#main = device;
    }
  }

  /** Whether it was a child here. */
  removeChild(deviceNumber: bigint): boolean {
    return this.#children?.delete(deviceNumber) ?? false;
  }

  /** All of them. */
  all(): readonly AdmittedDevice[] {
    return this.#main === undefined ? NOBODY : [this.#main, ...(this.#children?.values() ?? [])];
  }

  /** All of them, children first; nobody is here any more. */
  clear(): readonly AdmittedDevice[] {
    const left = [...(this.#children?.values() ?? []), ...(this.#main === undefined ? [] : [this.#main])];
    this.#children = undefined;
    this.#main = undefined;
    return left;
  }
}
