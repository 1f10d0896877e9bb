// What a Nerves device runs, and how it says so when it joins.
import type { JsonObject } from '../json.js';

export interface NervesFirmware {
  readonly uuid: string;
  readonly product: string;
  readonly version: string;
  readonly platform: string;
  readonly architecture: string;
}

/** The identity of the fixture firmware demo 1.0.0. */
export const demoFirmware: NervesFirmware = {
  uuid: 'ed3c404e-dbb1-5b02-3528-0d08a644895e',
  product: 'demo',
  version: '1.0.0',
  platform: 'rpi0',
  architecture: 'arm',
};

/** The payload of a join of `device`, as nerves_hub_link 2.12 writes it. */
export function deviceJoin(
  firmware: NervesFirmware,
  downloading: string | undefined,
  hasReverted: boolean,
): JsonObject {
  return {
    device_api_version: '2.3.0',
    console_version: '2.0.0',
    fwup_version: '1.16.0',
    fwup_public_keys: 'on_connect',
    archive_public_keys: 'on_connect',
    currently_downloading_uuid: downloading ?? null,
    meta: { firmware_validated: true, firmware_auto_revert_detected: hasReverted },
    nerves_fw_uuid: firmware.uuid,
    nerves_fw_product: firmware.product,
    nerves_fw_version: firmware.version,
    nerves_fw_platform: firmware.platform,
    nerves_fw_architecture: firmware.architecture,
    nerves_fw_author: 'Simulated device',
    nerves_fw_description: '',
    nerves_fw_misc: '',
    nerves_fw_validated: '1',
    nerves_fw_vcs_identifier: '',
  };
}

/** The firmware that an update's `firmware_meta` describes; what it leaves out stays as before. */
export function updatedFirmware(meta: JsonObject, before: NervesFirmware): NervesFirmware {
  const text = (name: keyof NervesFirmware): string => {
    const value = meta[name];
    return typeof value === 'string' ? value : before[name];
  };
  return {
    uuid: text('uuid'),
    product: text('product'),
    version: text('version'),
    platform: text('platform'),
    architecture: text('architecture'),
  };
}
