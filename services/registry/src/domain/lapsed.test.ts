// What lapses and what does not: watching by every role and scope, devices that went elsewhere, lookups that fail.
import { Fault, isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { lapsed, lookedUpOnce } from './lapsed.js';
import type { Membership, Principal } from './principal.js';
import { Role } from './role.js';
import { Scope } from './scopes.js';
import { authorizeWatching } from './watching.js';

const at = (deviceOrganizationId?: string) => ({ organizationId: 'o', deviceOrganizationId });

function principal(memberships: readonly Membership[], scopes: readonly Scope[] = []): Principal {
  return { userId: 'u', memberships, scopes, platformOperator: false };
}

const member = (organizationId: string): Membership => ({ organizationId, role: Role.viewer });

async function codeOf(who: Principal, ownership = at('o')): Promise<string> {
  return (await lapsed(ownership, Promise.resolve(who), authorizeWatching))?.code ?? 'goes on';
}

describe('watching', () => {
  it.each(Object.values(Role))('goes on for a member with the role %s', async (role) => {
    expect(await codeOf(principal([{ organizationId: 'o', role }]))).toBe('goes on');
  });

  it.each(Object.values(Scope))(
    'with a key of the scope %s is for those of watching alone',
    async (scope) => {
      const expected = scope === Scope.watch ? 'goes on' : 'forbidden';
      expect(await codeOf(principal([member('o')], [scope]))).toBe(expected);
    },
  );

  it('lapses for whoever is no member any more', async () => {
    expect(await codeOf(principal([member('p')]))).toBe('not_found');
    expect(await codeOf(principal([]))).toBe('not_found');
  });

  it('lapses with a device that has gone, or is another’s, also for members of both', async () => {
    const both = principal([member('o'), member('p')]);
    expect(await codeOf(both, at('p'))).toBe('not_found');
    expect(await codeOf(both, at())).toBe('not_found');
  });

  it.each(['forbidden', 'not_found', 'unauthenticated'] as const)(
    'lapses for somebody whose standing is %s',
    async (code) => {
      const nobody = Promise.reject(new Fault(code, 'this key is not valid any more'));
      expect(await lapsed(at('o'), nobody, authorizeWatching)).toMatchObject({ code });
    },
  );

  it('is not taken for lapsed when that cannot be said', async () => {
    const failing = Promise.reject(new Fault('unavailable', 'the database is away'));
    await expect(lapsed(at('o'), failing, authorizeWatching)).rejects.toSatisfy((error: unknown) =>
      isFault(error, 'unavailable'),
    );
    const broken = Promise.reject(new TypeError('a defect'));
    await expect(lapsed(at('o'), broken, authorizeWatching)).rejects.toSatisfy((error: unknown) =>
      isFault(error, 'internal'),
    );
  });
});

it('looks everybody up once, a person and a key of the same id apart', async () => {
  const asked: string[] = [];
  const standing = lookedUpOnce(async (userId, apiKeyId) => {
    asked.push(`${userId}/${apiKeyId}`);
    return principal([]);
  });
  await Promise.all([standing('a', ''), standing('a', ''), standing('', 'a'), standing('b', '')]);
  await standing('a', '');
  expect(asked).toEqual(['a/', '/a', 'b/']);
});
