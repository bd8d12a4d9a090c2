/** Thrown if none of the person's keys is suitable; nothing was sent. */
import type { Choice } from '../../client/choose-key.ts';
import type { EnvironmentName } from '../../core/environment.ts';

export class MissingKey extends Error {
  override readonly name = 'MissingKey';
  /** The environments whose keys would be suitable, the likeliest first; empty if any would. */
  readonly environments: readonly EnvironmentName[];

  constructor(choice: Extract<Choice, { kind: 'missing' }>) {
    super(choice.message);
    this.environments = choice.environments;
  }
}
