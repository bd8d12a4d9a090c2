/** Environments in which a rollback may be practiced. */
import type { Environment, EnvironmentName } from './environment.ts';

/** In promotion order, without the last one and any called production, which a drill must not touch. */
export function drillEnvironments(environments: readonly Environment[]): EnvironmentName[] {
  return environments
    .slice(0, -1)
    .map(({ name }) => name)
    .filter(name => name !== 'production');
}
