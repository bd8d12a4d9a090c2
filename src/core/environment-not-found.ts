/** The error for an unknown environment, with a suggestion. */
import type { EnvironmentName } from './environment.ts';
import { nearest } from './near.ts';
import { Problem } from './problem.ts';

/** @param names of the existing environments */
export function environmentNotFound(name: EnvironmentName, names: readonly EnvironmentName[]): Problem {
  const near = nearest(name, names);
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  return new Problem(
    'environment_not_found',
    `There is no environment "${name}".${meant} There are: ${names.join(', ')}.`,
  );
}
