// People, organizations, members and keys, and what their fields may hold.

import { hasControl, type Problems } from './fields.js';
import type { JsonObject } from './json.js';
import { isRole, type Role } from './role.js';
import { isScope, type Scope } from './scopes.js';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** IANA zone in which its days begin. */
  readonly timeZone: string;
  readonly tariff: JsonObject | undefined;
  readonly createdAt: Date;
}

export interface Member {
  readonly user: User;
  readonly role: Role;
  readonly since: Date;
}

export interface ApiKey {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly prefix: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
}

export interface AuditEntry {
  readonly id: string;
  readonly organizationId: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly details: JsonObject;
}

/** E-mail addresses are compared in this form. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}

const EMAIL = /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,189}$/u;

export function checkEmail(problems: Problems, email: string): string {
  const normal = normalizeEmail(email);
  if (!EMAIL.test(normal) || hasControl(normal)) problems.add('email', 'must be an e-mail address');
  return normal;
}

/** 8 to 256 characters: the upper bound keeps hashing from being a way to burn time. */
export function checkPassword(problems: Problems, password: string): void {
  if (password.length < 8 || password.length > 256) problems.add('password', 'must have 8 to 256 characters');
}

/** A zone that this process's time zone database knows. */
export function checkTimeZone(problems: Problems, timeZone: string): string {
  try {
    // An offset such as +01:00 is accepted by Intl but is no zone: it has no summer.
    if (!/^[A-Za-z]/.test(timeZone)) throw new RangeError('no zone name');
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.add('time_zone', 'must be an IANA time zone');
  }
  return timeZone;
}

export function checkRole(problems: Problems, role: string): Role {
  if (isRole(role)) return role;
  problems.add('role', 'must be owner, admin, operator or viewer');
  return 'viewer';
}

export function checkScopes(problems: Problems, scopes: readonly string[]): readonly Scope[] {
  const known = [...new Set(scopes)].filter(isScope);
  if (known.length !== new Set(scopes).size) problems.add('scopes', 'must be scopes that exist');
  return known;
}

/** A moment to come, in epoch milliseconds, before the year 10000. */
export function checkExpiry(
  problems: Problems,
  expiresAtMs: number | undefined,
  nowMs: number,
): Date | undefined {
  if (expiresAtMs === undefined) return undefined;
  if (expiresAtMs > nowMs && expiresAtMs < 253_402_300_800_000) return new Date(expiresAtMs);
  problems.add('expires_at', 'must be in the future');
  return undefined;
}
