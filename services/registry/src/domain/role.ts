// The four roles of a member, and which of them includes which.

/** What a member of an organization may do; each includes the ones after it. */
export const Role = { owner: 'owner', admin: 'admin', operator: 'operator', viewer: 'viewer' } as const;
export type Role = (typeof Role)[keyof typeof Role];

const RANK: Readonly<Record<Role, number>> = { owner: 3, admin: 2, operator: 1, viewer: 0 };

export function isRole(value: string): value is Role {
  return Object.hasOwn(RANK, value);
}

/** Whether `role` includes everything that `needed` may do. */
export function includesRole(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

/** The lesser of two roles. */
export function lesserRole(a: Role, b: Role): Role {
  return includesRole(a, b) ? b : a;
}
