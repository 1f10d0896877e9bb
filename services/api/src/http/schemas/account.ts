// People and organizations as JSON.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime, toTimeOrNull } from '../../domain/time.js';
import { present } from '../access.js';
import { Id, Nullable, Time } from './shapes.js';

/** Roles, from least to most. */
export const RoleName = Type.Union([
  Type.Literal('viewer'),
  Type.Literal('operator'),
  Type.Literal('admin'),
  Type.Literal('owner'),
]);

export const Email = Type.String({ format: 'email', maxLength: 254 });

const Price = Type.Number({ minimum: 0, maximum: 1_000_000 });
const Quarter = Type.String({
  pattern: '^([01][0-9]|2[0-3]):(00|15|30|45)$',
  description: 'Local time, on a quarter hour',
});

const TariffBand = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 200 })),
    days: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
        minItems: 1,
        uniqueItems: true,
        description: 'On which it begins, 1 Monday to 7 Sunday; all when absent',
      }),
    ),
    from: Quarter,
    to: Quarter,
    price_per_kwh: Price,
  },
  {
    additionalProperties: false,
    description: 'All day when `from` is `to`, across midnight when it is later',
  },
);

export const Tariff = Type.Object(
  {
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
    price_per_kwh: Price,
    bands: Type.Optional(
      Type.Array(TariffBand, {
        maxItems: 32,
        description: 'The first that holds counts; `price_per_kwh` of the tariff where none does',
      }),
    ),
  },
  { additionalProperties: false },
);

export const User = Type.Object({ id: Id, email: Type.String(), name: Type.String(), created_at: Time });

export const Organization = Type.Object({
  id: Id,
  name: Type.String(),
  time_zone: Type.String({ description: 'IANA; its days are the days of energy and cost' }),
  tariff: Nullable(Tariff),
  created_at: Time,
  role: Nullable(Type.String({ description: 'Your own role in it' })),
});

export const Member = Type.Object({ user: User, role: Type.String(), since: Time });

export const ApiKey = Type.Object({
  id: Id,
  organization_id: Id,
  name: Type.String(),
  role: Type.String(),
  scopes: Type.Array(Type.String()),
  prefix: Type.String({ description: 'How the key begins, to recognise it by' }),
  created_at: Time,
  expires_at: Nullable(Time),
  last_used_at: Nullable(Time),
});

/** What a login or registration answers. */
export const Session = Type.Object({ token: Type.String(), user: User, organization: Organization });

export function toUser(user: registry.User): Static<typeof User> {
  return { id: user.id, email: user.email, name: user.name, created_at: toTime(user.createdAtMs) };
}

/** The tariff of an organization, null when it has none. */
export function tariffOf(organization: registry.Organization): Static<typeof Tariff> | null {
  return organization.tariffJson === ''
    ? null
    : (JSON.parse(organization.tariffJson) as Static<typeof Tariff> | null);
}

export function toOrganization(organization: registry.Organization): Static<typeof Organization> {
  return {
    id: organization.id,
    name: organization.name,
    time_zone: organization.timeZone,
    tariff: tariffOf(organization),
    created_at: toTime(organization.createdAtMs),
    role: organization.role || null,
  };
}

export function toMember(member: registry.Member): Static<typeof Member> {
  return { user: toUser(present(member.user, 'user')), role: member.role, since: toTime(member.sinceMs) };
}

export function toApiKey(key: registry.ApiKey): Static<typeof ApiKey> {
  return {
    id: key.id,
    organization_id: key.organizationId,
    name: key.name,
    role: key.role,
    scopes: [...key.scopes],
    prefix: key.prefix,
    created_at: toTime(key.createdAtMs),
    expires_at: toTimeOrNull(key.expiresAtMs),
    last_used_at: toTimeOrNull(key.lastUsedAtMs),
  };
}

export function toSession(
  reply: registry.LoginResponse | registry.RegisterAccountResponse,
): Static<typeof Session> {
  return {
    token: reply.token,
    user: toUser(present(reply.user, 'user')),
    organization: toOrganization(present(reply.organization, 'organization')),
  };
}
