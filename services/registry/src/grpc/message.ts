// Domain values as the messages that answer.
import type { registry } from '@mooring/proto';
import type { ApiKey, AuditEntry, Member, Organization, User } from '../domain/account.js';
import type { CertificateFacts, Connection, Credential, Device, Presence } from '../domain/device.js';

const ms = (date: Date | undefined): number | undefined => date?.getTime();

export function userMessage({ id, email, name, createdAt }: User): registry.User {
  return { id, email, name, createdAtMs: createdAt.getTime() };
}

/** `role` is the asking principal's. */
export function organizationMessage(organization: Organization, role: string): registry.Organization {
  const { id, name, timeZone, tariff, createdAt } = organization;
  const tariffJson = tariff === undefined ? '' : JSON.stringify(tariff);
  return { id, name, timeZone, tariffJson, createdAtMs: createdAt.getTime(), role };
}

export function memberMessage({ user, role, since }: Member): registry.Member {
  return { user: userMessage(user), role, sinceMs: since.getTime() };
}

export function apiKeyMessage(key: ApiKey): registry.ApiKey {
  const { id, organizationId, name, role, scopes, prefix } = key;
  return {
    id,
    organizationId,
    name,
    role,
    scopes,
    prefix,
    createdAtMs: key.createdAt.getTime(),
    expiresAtMs: ms(key.expiresAt),
    lastUsedAtMs: ms(key.lastUsedAt),
  };
}

export function auditMessage(entry: AuditEntry): registry.AuditEntry {
  const { id, organizationId, at, actor, action, resource, details } = entry;
  return {
    id,
    organizationId,
    atMs: at.getTime(),
    actor,
    action,
    resource,
    detailsJson: JSON.stringify(details),
  };
}

export function deviceMessage(device: Device): registry.Device {
  const { id, number, organizationId, timeZone, dialect, identifier, name, tags, kind } = device;
  return {
    id,
    number,
    organizationId,
    timeZone,
    dialect,
    identifier,
    name,
    tags,
    kind,
    parentId: device.parentId ?? '',
    profileJson: JSON.stringify(device.profile),
    firmwareJson: JSON.stringify(device.firmware),
    stateJson: JSON.stringify(device.state),
    presence: presenceMessage(device.presence),
    createdAtMs: device.createdAt.getTime(),
  };
}

function presenceMessage(presence: Presence): registry.Presence {
  const { online, edge, epoch, remoteAddress, reason } = presence;
  return {
    online,
    sinceMs: ms(presence.since),
    lastSeenMs: ms(presence.lastSeen),
    edge,
    epoch,
    remoteAddress,
    reason,
  };
}

export function credentialMessage(credential: Credential): registry.Credential {
  const { id, type, name, prefix } = credential;
  return {
    id,
    type,
    name,
    prefix,
    createdAtMs: credential.createdAt.getTime(),
    expiresAtMs: ms(credential.expiresAt),
    lastUsedAtMs: ms(credential.lastUsedAt),
    key: credential.key,
    certificate: credential.certificate && certificateFacts(credential.certificate),
  };
}

function certificateFacts(facts: CertificateFacts): registry.CertificateFacts {
  const { fingerprint, publicKeyFingerprint, serial, commonName = '' } = facts;
  return {
    ...{ fingerprint, publicKeyFingerprint, serial, commonName },
    notBeforeMs: facts.notBefore.getTime(),
    notAfterMs: facts.notAfter.getTime(),
  };
}

export function connectionMessage(connection: Connection): registry.Connection {
  const { epoch, edge, remoteAddress, connectedAt, disconnectedAt, reason } = connection;
  return {
    epoch,
    edge,
    remoteAddress,
    connectedAtMs: connectedAt.getTime(),
    disconnectedAtMs: ms(disconnectedAt),
    reason,
  };
}
