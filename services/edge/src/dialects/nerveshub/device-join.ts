// What a device tells about itself when it joins: the firmware it runs and what its client can do.
import type { Json, JsonObject } from '../dialect.js';
import type { JoinedFirmware } from '../event.js';
import { boundedJson, fieldsOf, member, textOf } from './json.js';

const MAX_TEXT = 512;
/** Most key-value pairs of one firmware that are kept besides the known ones. */
const MAX_EXTRA = 32;

const KNOWN = [
  'uuid',
  'product',
  'platform',
  'architecture',
  'version',
  'author',
  'description',
  'vcs_identifier',
  'misc',
];

const PROFILE = [
  'device_api_version',
  'console_version',
  'fwup_version',
  'update_tool',
  'currently_downloading_uuid',
];

/** What the device runs, without the `nerves_fw_` prefix; ESP-IDF devices keep their own names. */
export function firmwareFacts(payload: JsonObject, topicUuid?: string): JsonObject {
  const given = new Map<string, Json>();
  for (const [key, value] of Object.entries(payload)) {
    const name = /^(?:nerves_fw_([a-z0-9_]{1,64})|(esp_idf_[a-z0-9_]{1,56}))$/.exec(key);
    const text = textOf(value, MAX_TEXT);
    if (name === null || text === undefined || given.size >= MAX_EXTRA + KNOWN.length) continue;
    given.set(name[1] ?? name[2] ?? key, text);
  }
  if (!given.has('uuid') && topicUuid !== undefined) given.set('uuid', topicUuid);
  // With a uuid the picture is of one firmware: what it does not say must not linger from the one before.
  const known = given.has('uuid') ? KNOWN.map((name) => [name, given.get(name) ?? null] as const) : [];
  return { ...Object.fromEntries(given), ...Object.fromEntries(known), ...validation(payload, given) };
}

/** `meta` decides where it is there, then the firmware's own flag; with neither, nothing is known. */
function validation(payload: JsonObject, given: Map<string, Json>): JsonObject {
  const meta = fieldsOf(member(payload, 'meta'));
  const reverted = member(meta, 'firmware_auto_revert_detected');
  const stated = member(meta, 'firmware_validated') ?? flag(given.get('validated'));
  if (!given.has('uuid') && stated === undefined) return {};
  const known = typeof stated === 'boolean';
  return {
    validated: known ? stated : null,
    validation_status: known ? (stated ? 'validated' : 'not_validated') : 'unknown',
    ...(typeof reverted === 'boolean' ? { auto_revert_detected: reverted } : {}),
  };
}

function flag(text: Json | undefined): boolean | undefined {
  return text === '1' ? true : text === '0' ? false : undefined;
}

/** What the device runs, for those who decide on updates. `firmware` is what `firmwareFacts` made of the same join. */
export function joinedFirmware(payload: JsonObject, firmware: JsonObject): JoinedFirmware {
  const known = (name: string): string => textOf(member(firmware, name), MAX_TEXT) ?? '';
  const said = (name: string): string => textOf(member(payload, name), MAX_TEXT) ?? '';
  const validated = member(firmware, 'validated');
  return {
    uuid: known('uuid'),
    product: known('product'),
    platform: known('platform'),
    architecture: known('architecture'),
    version: known('version'),
    ...(typeof validated === 'boolean' ? { validated } : {}),
    reverted: member(firmware, 'auto_revert_detected') === true,
    downloadingUuid: said('currently_downloading_uuid'),
    apiVersion: said('device_api_version'),
    fwupVersion: said('fwup_version'),
    wantsFirmwareKeys: wantsKeys(payload),
    wantsArchiveKeys: said('archive_public_keys') === 'on_connect',
  };
}

/** Whether it has no keys of its own to verify firmware with. */
export function wantsKeys(payload: JsonObject): boolean {
  return member(payload, 'fwup_public_keys') === 'on_connect';
}

/** What the client can do; only what it says. */
export function profileFacts(payload: JsonObject): JsonObject {
  const said = PROFILE.flatMap((name) => {
    const value = member(payload, name);
    return value === undefined ? [] : [[name, boundedJson(value, 8)] as const];
  });
  return Object.fromEntries(said);
}
