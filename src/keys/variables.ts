/** Keys in environment variables such as `PROMPTFORGE_KEY_PRODUCTION`, as CI passes secrets to jobs. */
import type { EnvironmentName } from '../core/environment.ts';
import { type Key, parseKey } from '../core/key.ts';
import { Problem } from '../core/problem.ts';

const PREFIX = 'PROMPTFORGE_KEY';

export interface VariableKey {
  readonly key: Key;
  /** The variable's name. */
  readonly variable: string;
}

/** The variable for keys of an environment: its name in upper case, with underscores. */
export function keyVariable(environment: EnvironmentName): string {
  return `${PREFIX}_${environment.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * The key of each environment that has one. `PROMPTFORGE_KEY` may contain a key of any environment, and is used if the
 * environment's own variable is not set. An empty variable counts as not set.
 * @throws Problem `key_malformed`, or `wrong_environment` for a key in the variable of another environment. Messages
 * contain no part of a value.
 */
export function keysInVariables(
  variables: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<EnvironmentName, VariableKey> {
  const found = new Map<EnvironmentName, VariableKey>();
  for (const variable of Object.keys(variables).sort()) {
    if (variable !== PREFIX && !/^PROMPTFORGE_KEY_[A-Z][A-Z0-9_]*$/.test(variable)) continue;
    const text = variables[variable]?.trim() ?? '';
    if (text === '') continue;
    const { key, environment } = parsed(text, variable);
    if (variable !== PREFIX && variable !== keyVariable(environment))
      throw new Problem(
        'wrong_environment',
        `${variable} holds a key of ${environment}. Put it into ${keyVariable(environment)}, and a key of the right environment here.`,
      );
    // PROMPTFORGE_KEY comes first in this order, so the environment's own variable overrides it.
    found.set(environment, { key, variable });
  }
  return found;
}

function parsed(text: string, variable: string): ReturnType<typeof parseKey> {
  try {
    return parseKey(text);
  } catch (cause) {
    if (!Problem.is(cause)) throw cause;
    throw new Problem(cause.code, `${variable}: ${cause.message}`);
  }
}
