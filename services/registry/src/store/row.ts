// Rows as Prisma gives them, turned into what the domain speaks of.
import type { ApiKey, Member, Organization, User } from '../domain/account.js';
import type { Claim, ClaimState } from '../domain/claim.js';
import type { Connection, Credential, Device } from '../domain/device.js';
import type { JsonObject } from '../domain/json.js';
import type { DeviceKeyRequest, KeyRequestState } from '../domain/key-request.js';
import type { PrintKey } from '../domain/print-key.js';
import type { Role } from '../domain/role.js';
import type { Scope } from '../domain/scopes.js';
import type { Prisma } from './generated/client.js';

/** A row of a table, as Prisma gives it. */
export type Row<M extends Prisma.ModelName> = Prisma.TypeMap['model'][M]['payload']['scalars'];

// What the tables hold was checked when it was written, and is bounded by their constraints.

export function userOf(row: Row<'Person'>): User {
  return { id: row.id, email: row.email, name: row.name, createdAt: row.createdAt };
}

export function organizationOf(row: Row<'Organization'>): Organization {
  const { id, name, timeZone, createdAt } = row;
  return { id, name, timeZone, createdAt, tariff: (row.tariff as JsonObject | null) ?? undefined };
}

export function memberOf(row: Row<'Membership'> & { person: Row<'Person'> }): Member {
  return { user: userOf(row.person), role: row.role as Role, since: row.createdAt };
}

export function apiKeyOf(row: Row<'ApiKey'>): ApiKey {
  return {
    id: row.id,
    organizationId: row.organizationId,
    name: row.name,
    role: row.role as Role,
    scopes: row.scopes as Scope[],
    prefix: row.prefix,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
  };
}

/** A device with the zone of its organization. */
export type DeviceRow = Row<'Device'> & { readonly organization: { readonly timeZone: string } };
export const withTimeZone = { organization: { select: { timeZone: true } } } as const;

export function deviceOf(row: DeviceRow): Device {
  return {
    id: row.id,
    number: row.number,
    organizationId: row.organizationId,
    timeZone: row.organization.timeZone,
    dialect: row.dialect,
    identifier: row.identifier,
    name: row.name,
    tags: row.tags,
    kind: row.kind,
    parentId: row.parentId ?? undefined,
    profile: row.profile as JsonObject,
    firmware: row.firmware as JsonObject,
    state: {
      desired: row.desired as JsonObject,
      reported: row.reported as JsonObject,
      versions: { desired: row.desiredVersion, reported: row.reportedVersion },
    },
    presence: {
      online: row.online,
      since: row.since ?? undefined,
      lastSeen: row.lastSeen ?? undefined,
      edge: row.edge ?? '',
      epoch: row.epoch,
      remoteAddress: row.remoteAddress,
      reason: row.reason,
    },
    createdAt: row.createdAt,
  };
}

/** A credential with its certificate, where it has one. */
export type CredentialRow = Row<'Credential'> & {
  readonly certificate?: Row<'DeviceCertificate'> | null | undefined;
};

export function credentialOf(row: CredentialRow): Credential {
  const { id, type, name, prefix, createdAt } = row;
  return {
    id,
    type,
    name,
    prefix,
    createdAt,
    expiresAt: row.expiresAt ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
    key: row.key ?? undefined,
    certificate: row.certificate ?? undefined,
  };
}

export function connectionOf(row: Row<'Connection'>): Connection {
  const { epoch, edge, remoteAddress, connectedAt, reason } = row;
  return { epoch, edge, remoteAddress, connectedAt, disconnectedAt: row.disconnectedAt ?? undefined, reason };
}

export function claimOf(row: Row<'Claim'>): Claim {
  const { id, organizationId, state, name, codeHint, deviceId, createdAt, claimedAt } = row;
  return {
    id,
    organizationId,
    state: state as ClaimState,
    name,
    codeHint,
    deviceId: deviceId ?? undefined,
    createdAt,
    claimedAt: claimedAt ?? undefined,
  };
}

/** A request as the printer's organization may see it. */
export function keyRequestOf(
  row: Row<'KeyRequest'> & { readonly bridge: Row<'Device'> },
  organizationId: string,
): DeviceKeyRequest {
  const { id, state, firstAt, lastAt, count, bridge } = row;
  return {
    id,
    bridgeIdentifier: bridge.identifier,
    bridgeId: bridge.organizationId === organizationId ? bridge.id : undefined,
    state: state as KeyRequestState,
    firstAt,
    lastAt,
    count,
  };
}

export function printKeyOf(row: Row<'PrintKey'>): PrintKey {
  const { id, deviceId, name, prefix, createdAt, lastUsedAt, uses, senders } = row;
  return { id, deviceId, name, prefix, createdAt, lastUsedAt: lastUsedAt ?? undefined, uses, senders };
}
