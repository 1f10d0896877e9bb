// The devices of one batch, each named once; records refer to them by index.
import type { bus } from '@mooring/proto';
import type { AdmittedDevice, DialectName } from '../dialects/dialect.js';

/** Collects sources and their organizations in the order in which they first appear. */
export class SourceTable {
  readonly sources: bus.BatchSource[] = [];
  readonly organizations: bus.BatchOrganization[] = [];
  // By identity: a session hands in the same object for as long as the device is admitted.
  readonly #indexes = new Map<AdmittedDevice, number>();
  readonly #organizationIndexes = new Map<string, number>();

  indexOf(device: AdmittedDevice, dialect: DialectName): number {
    const known = this.#indexes.get(device);
    if (known !== undefined) return known;
    const index = this.sources.length;
    this.sources.push({
      deviceNumber: device.number,
      deviceId: device.id,
      organization: this.#organization(device),
      epoch: device.epoch,
      dialect,
    });
    this.#indexes.set(device, index);
    return index;
  }

  #organization(device: AdmittedDevice): number {
    const known = this.#organizationIndexes.get(device.organizationId);
    if (known !== undefined) return known;
    const index = this.organizations.length;
    this.organizations.push({ id: device.organizationId, timeZone: device.timeZone });
    this.#organizationIndexes.set(device.organizationId, index);
    return index;
  }
}
