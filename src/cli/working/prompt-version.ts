/** `support/triage` or `support/triage@12` as an argument. */
import { InvalidArgumentError } from 'commander';
import { type PromptName, parsePromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { parseVersionReference, type VersionNumber } from '../../core/version.ts';

export interface PromptVersion {
  readonly name: PromptName;
  /** Undefined if none was given. */
  readonly version: VersionNumber | undefined;
}

export function promptVersionArgument(text: string): PromptVersion {
  try {
    if (!text.includes('@')) return { name: parsePromptName(text), version: undefined };
    const { prompt, version } = parseVersionReference(text);
    return { name: prompt, version };
  } catch (error) {
    if (Problem.is(error)) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
