/** The authenticated caller and its permissions. */
import type { EnvironmentName } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import { type Role, roleIncludes } from '../../core/role.ts';

/** The person and key that an event names as its author. */
export interface Author {
  readonly actor: string;
  /** The id of the key, or `embedded` or `command-line`. */
  readonly key: string;
}

export interface Caller extends Author {
  readonly role: Role;
  readonly environment: EnvironmentName;
}

/** A person who runs the command on the data folder. */
export const COMMAND_LINE: Author = { actor: 'command-line', key: 'command-line' };

/** @throws Problem `role_too_low` */
export function checkRole(caller: Caller, needed: Role): void {
  if (roleIncludes(caller.role, needed)) return;
  throw new Problem(
    'role_too_low',
    `Your key has the role "${caller.role}"; this call needs a key of ${caller.environment} with the role "${needed}" or higher. Ask an admin for one.`,
  );
}

/** A key acts in its own environment only. @throws Problem `wrong_environment` */
export function checkOwnEnvironment(caller: Caller, environment: EnvironmentName, doing: string): void {
  if (caller.environment === environment) return;
  throw new Problem(
    'wrong_environment',
    `Your key is one of ${caller.environment}; ${doing} needs a key of ${environment}.`,
  );
}
