/** Finds the environment in a command's argument. */
import { type EnvironmentName, isEnvironmentName } from '../../core/environment.ts';

/** From a node of the view Environments, or a name. */
export function environmentOf(argument: unknown): EnvironmentName | undefined {
  if (typeof argument === 'string' && isEnvironmentName(argument)) return argument;
  if (typeof argument !== 'object' || argument === null || !('environment' in argument)) return undefined;
  const { environment } = argument;
  return typeof environment === 'string' && isEnvironmentName(environment) ? environment : undefined;
}
