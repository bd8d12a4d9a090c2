/** Thrown when none of one's keys will do for a piece of work; nothing was sent. */
import type { Choice } from '../../client/choose-key.ts';
import type { EnvironmentName } from '../../core/environment.ts';

export class MissingKey extends Error {
  override readonly name = 'MissingKey';
  /** Of which a key would do, the likeliest first; empty when any would. */
  readonly environments: readonly EnvironmentName[];

  constructor(choice: Extract<Choice, { kind: 'missing' }>) {
    super(choice.message);
    this.environments = choice.environments;
  }
}
