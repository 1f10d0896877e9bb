// Devices and what belongs to them as JSON.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { deltaOf, isObject, type JsonObject } from '../../domain/delta.js';
import type { Versions } from '../../domain/entity-tag.js';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { AnyObject, Id, Nullable, Tag, Time } from './shapes.js';

export const DialectName = Type.Union([
  Type.Literal('berg'),
  Type.Literal('kinetid'),
  Type.Literal('camera'),
  Type.Literal('nerveshub'),
]);

export const Tags = Type.Array(Tag, { maxItems: 100 });

const Presence = Type.Object({
  online: Type.Boolean(),
  since: Nullable(Time),
  last_seen: Nullable(Time),
  edge: Nullable(Type.String()),
  epoch: Type.Integer({ description: 'Grows by one with each connection.' }),
  remote_address: Nullable(Type.String()),
  reason: Nullable(Type.String({ description: 'Why it is offline' })),
});

export const State = Type.Object(
  {
    desired: AnyObject,
    reported: AnyObject,
    delta: Type.Record(Type.String(), Type.Unknown(), { description: 'What is desired and not reported' }),
  },
  { additionalProperties: Type.Unknown() },
);

export const Device = Type.Object({
  id: Id,
  dialect: Type.String(),
  identifier: Type.String({ description: 'How the device names itself' }),
  name: Type.String(),
  tags: Type.Array(Type.String()),
  kind: Type.String(),
  parent_id: Nullable(Id),
  organization_id: Id,
  profile: AnyObject,
  presence: Presence,
  state: State,
  firmware: Nullable(AnyObject),
  created_at: Time,
});

function toPresence(presence: registry.Presence | undefined): Static<typeof Presence> {
  return {
    online: presence?.online ?? false,
    since: toTimeOrNull(presence?.sinceMs),
    last_seen: toTimeOrNull(presence?.lastSeenMs),
    edge: presence?.edge || null,
    epoch: Number(presence?.epoch ?? 0n),
    remote_address: presence?.remoteAddress || null,
    reason: presence?.reason || null,
  };
}

/** The state of a device: as the registry holds it, with what is still to be done. */
export function toState(stateJson: string): Static<typeof State> {
  const state = objectOf(stateJson) ?? {};
  const { desired: wanted, reported: known, ...rest } = state;
  const desired = isObject(wanted) ? wanted : {};
  const reported = isObject(known) ? known : {};
  return { ...rest, desired, reported, delta: deltaOf(desired, reported) };
}

/** The versions in a state; 0 for a part that never changed. */
export function versionsOf(stateJson: string): Versions {
  const versions = objectOf(stateJson)?.['versions'];
  const { desired, reported } = isObject(versions) ? versions : {};
  return {
    desired: typeof desired === 'number' ? desired : 0,
    reported: typeof reported === 'number' ? reported : 0,
  };
}

export function toDevice(device: registry.Device): Static<typeof Device> {
  return {
    id: device.id,
    dialect: device.dialect,
    identifier: device.identifier,
    name: device.name,
    tags: [...device.tags],
    kind: device.kind,
    parent_id: device.parentId || null,
    organization_id: device.organizationId,
    profile: objectOf(device.profileJson) ?? {},
    presence: toPresence(device.presence),
    state: toState(device.stateJson),
    firmware: objectOf(device.firmwareJson),
    created_at: toTime(device.createdAtMs),
  };
}

// The registry wrote it, so it is an object or nothing.
export function objectOf(json: string): JsonObject | null {
  return json === '' ? null : (JSON.parse(json) as JsonObject);
}
