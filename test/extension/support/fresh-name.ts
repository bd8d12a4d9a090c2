import { type PromptName, parsePromptName } from '../../../src/core/name.ts';

let folders = 0;

/** A name with a folder of its own, neither of which another test of this run uses. */
export function freshName(segment = 'triage'): PromptName {
  folders += 1;
  return parsePromptName(`support-${folders}/${segment}`);
}
