/** Prompt names that no other test has used, so that nothing of another test can be meant by them. */
import { type PromptName, parsePromptName } from '../../../src/core/name.ts';

let used = 0;

/** `case-7/explain`: a prompt that is alone in its folder. */
export function freshPrompt(): PromptName {
  used += 1;
  return parsePromptName(`case-${used}/explain`);
}
