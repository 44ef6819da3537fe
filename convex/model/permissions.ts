/** Who may call what: the functions' part of the one table of roles. */
import table from "../../lib/auth/permissions.json" with { type: "json" };

export type FunctionName = keyof typeof table.functions;
export type Role = keyof typeof table.inherits;

const inherits: Record<string, readonly string[]> = table.inherits;
const functions: Record<string, readonly string[]> = table.functions;

/** Roles of people (Clerk tokens) and of machines (service tokens) never mix. */
export const MEMBER_ROLES: readonly string[] = ["viewer", "reviewer", "ops", "admin"];
export const SERVICE_ROLES: readonly string[] = [
  "ingest",
  "monitor",
  "worker",
  "key-write",
  "key-read",
  "key-read-clear",
  "key-scores",
];

/** Roles that see e-mail addresses, phone and card numbers in clear. */
const CLEAR_ROLES: ReadonlySet<string> = new Set(table.seesClear);

/** Roles that may call a function, without those that inherit them. Unknown names: nobody. */
export function rolesFor(name: string): readonly string[] {
  return Object.hasOwn(functions, name) ? functions[name]! : [];
}

/** Say whether a role is one of the needed ones or inherits one. */
export function allows(role: string, needed: readonly string[]): boolean {
  if (needed.includes(role)) return true;
  const parents = Object.hasOwn(inherits, role) ? inherits[role]! : [];
  return parents.some((parent) => allows(parent, needed));
}

export function seesClear(role: Role): boolean {
  return CLEAR_ROLES.has(role);
}
