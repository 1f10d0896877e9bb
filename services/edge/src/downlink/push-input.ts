// What firmware-update has a device told, as sessions take it.
import type { bus } from '@mooring/proto';
import type { FirmwarePush, PushInput, UpdateOffer } from '../dialects/firmware-push.js';

/** Undefined for a push that this version does not know, or whose parts are missing. */
export function pushOf({ content }: bus.FirmwarePush): PushInput | undefined {
  const push = contentOf(content);
  return push && { on: 'push', push };
}

function contentOf(content: bus.FirmwarePush['content']): FirmwarePush | undefined {
  switch (content?.$case) {
    case 'update': {
      const update = updateOf(content.value);
      return update && { is: 'update', update };
    }
    case 'archive':
      return { is: 'archive', archive: content.value };
    case 'firmwareKeys':
      return { is: 'firmware_keys', keys: content.value.keys };
    case 'archiveKeys':
      return { is: 'archive_keys', keys: content.value.keys };
    case 'connectingCode':
      return { is: 'connecting_code', text: content.value };
    case undefined:
      return undefined;
  }
}

/** Undefined for an offer of no firmware. */
export function updateOf({ firmware, ...offer }: bus.UpdateOffer): UpdateOffer | undefined {
  return firmware && { ...offer, firmware };
}
