// Every role against every permission, with and without scopes, as member and as stranger.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { authorize, authorizedIn, type Permission, permission, unknown } from './authorize.js';
import type { Principal } from './principal.js';
import { Role } from './role.js';
import { Scope } from './scopes.js';

const roles = [Role.viewer, Role.operator, Role.admin, Role.owner];
const permissions = Object.entries(permission) as [keyof typeof permission, Permission][];
const lowest: Record<keyof typeof permission, Role> = {
  readDevices: 'viewer',
  writeDevices: 'operator',
  commandDevices: 'operator',
  watchDevices: 'viewer',
  sendRaw: 'operator',
  openConsoles: 'operator',
  deleteDevices: 'admin',
  readAuthorities: 'admin',
  manageAuthorities: 'admin',
  readAccounts: 'viewer',
  manageAccounts: 'admin',
  manageOwners: 'owner',
  readAudit: 'admin',
};

function principal(role: Role, scopes: readonly Scope[] = []): Principal {
  return { userId: 'u', memberships: [{ organizationId: 'o', role }], scopes, platformOperator: false };
}

function outcome(fn: () => unknown): string {
  try {
    fn();
    return 'allowed';
  } catch (error) {
    return isFault(error) ? error.code : 'threw';
  }
}

describe('authorize', () => {
  for (const [name, needed] of permissions) {
    for (const role of roles) {
      const suffices = roles.indexOf(role) >= roles.indexOf(lowest[name]);
      it(`${suffices ? 'lets' : 'does not let'} a ${role} ${name}`, () => {
        const expected = suffices ? 'allowed' : 'forbidden';
        expect(outcome(() => authorize(principal(role), 'o', needed, 'device'))).toBe(expected);
        expect(outcome(() => authorizedIn(principal(role), needed))).toBe(expected);
      });
    }

    it(`lets a key ${name} with its scope only`, () => {
      for (const scope of Object.values(Scope)) {
        const expected = scope === needed.scope ? 'allowed' : 'forbidden';
        expect(outcome(() => authorize(principal('owner', [scope]), 'o', needed, 'device'))).toBe(expected);
        expect(outcome(() => authorizedIn(principal('owner', [scope]), needed))).toBe(expected);
      }
    });

    it(`hides from strangers of any role what ${name} needs`, () => {
      for (const role of roles) {
        expect(outcome(() => authorize(principal(role), 'other', needed, 'device'))).toBe('not_found');
        expect(outcome(() => authorize(principal(role), undefined, needed, 'device'))).toBe('not_found');
      }
    });
  }

  it('answers another organization in the same words as an id that does not exist', () => {
    const answer = () => authorize(principal('owner'), 'other', permission.readDevices, 'device');
    expect(answer).toThrow(unknown('device').message);
  });

  it('does not let a platform operator into organizations', () => {
    const operator = { ...principal('owner'), memberships: [], platformOperator: true };
    expect(outcome(() => authorize(operator, 'o', permission.readDevices, 'device'))).toBe('not_found');
    expect(outcome(() => authorizedIn(operator, permission.readDevices))).toBe('forbidden');
  });

  it('answers with the role held', () => {
    expect(authorize(principal('admin'), 'o', permission.readDevices, 'device')).toBe('admin');
  });
});
