// What people may type into accounts and organizations.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { checkEmail, checkExpiry, checkPassword, checkRole, checkScopes, checkTimeZone } from './account.js';
import { Problems } from './fields.js';

function fieldsOf(check: (problems: Problems) => void): string[] {
  const problems = new Problems();
  check(problems);
  try {
    problems.check();
    return [];
  } catch (error) {
    if (!isFault(error, 'invalid')) throw error;
    return (error.details ?? []).map((detail) => detail.field);
  }
}

describe('account fields', () => {
  it('normalises e-mail addresses', () => {
    expect(checkEmail(new Problems(), '  Ann@Example.COM ')).toBe('ann@example.com');
  });
  it.each(['', 'ann', 'ann@', '@x', 'a b@x', 'a@b@c', `${'a'.repeat(65)}@x`, 'a\u0000@x'])(
    'refuses the e-mail %j',
    (email) => expect(fieldsOf((p) => checkEmail(p, email))).toEqual(['email']),
  );
  it('bounds passwords', () => {
    const lengths = [7, 8, 256, 257].map((n) => fieldsOf((p) => checkPassword(p, 'x'.repeat(n))).length);
    expect(lengths).toEqual([1, 0, 0, 1]);
  });
  it.each(['Europe/Berlin', 'UTC', 'America/Argentina/Ushuaia'])('takes the zone %s', (zone) => {
    expect(fieldsOf((p) => checkTimeZone(p, zone))).toEqual([]);
  });
  it.each(['', 'Mars/Olympus', '+01:00', 'CET; DROP'])('refuses the zone %j', (zone) => {
    expect(fieldsOf((p) => checkTimeZone(p, zone))).toEqual(['time_zone']);
  });
  it('knows its roles and scopes', () => {
    expect(fieldsOf((p) => checkRole(p, 'root'))).toEqual(['role']);
    expect(checkScopes(new Problems(), ['watch', 'watch'])).toEqual(['watch']);
    expect(fieldsOf((p) => checkScopes(p, ['watch', 'everything']))).toEqual(['scopes']);
  });
  it('lets nothing expire in the past or at no time', () => {
    const of = (ms: number) => fieldsOf((p) => checkExpiry(p, ms, 1000));
    expect([of(1000), of(Number.NaN), of(Number.POSITIVE_INFINITY)]).toEqual(Array(3).fill(['expires_at']));
    expect(checkExpiry(new Problems(), 1001, 1000)).toEqual(new Date(1001));
  });
});
