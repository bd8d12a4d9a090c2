/** Roles of a key, each including the ones before it. */
export const ROLES = ['reader', 'author', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function roleIncludes(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
