// Who a device is in networks of others, e.g. a VPN, as it reports it.
import type { AdmittedDevice, Effect, JsonObject } from '../dialect.js';
import { count, facts } from './device-events.js';
import { boundedObject, fieldsOf, isList, member, textOf } from './json.js';

/** As many as the reference keeps (nerveshub.md 3.5). */
const MAX_IDENTITIES = 10;
const MAX_TEXT = 255;

/** The profile's `network_identities`; those without a service or an identifier are left out. */
export function networkIdentityEffects(
  device: AdmittedDevice,
  fields: JsonObject,
  now: number,
): readonly Effect[] {
  const said = member(fields, 'identities');
  if (!isList(said)) return [count('malformed', 'network_identity')];
  const identities = said.slice(0, MAX_IDENTITIES).flatMap((each) => {
    const identity = fieldsOf(each);
    const service = textOf(member(identity, 'service'), MAX_TEXT);
    const identifier = textOf(member(identity, 'identifier'), MAX_TEXT);
    if (service === undefined || identifier === undefined) return [];
    const instance = textOf(member(identity, 'instance'), MAX_TEXT) ?? null;
    return [{ service, identifier, instance, details: boundedObject(member(identity, 'details'), 32) }];
  });
  return [facts(device, now, { profile: { network_identities: identities } })];
}
