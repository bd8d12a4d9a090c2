/** Names of prompts as property tests make them: any that the grammar has, and the same in other case. */
import fc from 'fast-check';
import { isPromptName, type PromptName, parsePromptName } from '../src/core/name.ts';

/** Names that JavaScript's objects have of their own, and the like. */
const ODD = ['toString', '__proto__', 'constructor', 'hasOwnProperty', '_', '__', 'A.b-C_9', 'K', 'Iı'];

const segment = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,8}$/) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
);

export const promptNames: fc.Arbitrary<PromptName> = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map(segments => segments.join('/'))
  .filter(isPromptName);

/** Few enough that they meet: folders and prompts of two letters, in any case. */
export const meetingNames: fc.Arbitrary<PromptName> = fc
  .array(fc.constantFrom('a', 'A', 'b', 'B', '_a', '_A'), { minLength: 1, maxLength: 3 })
  .map(segments => parsePromptName(segments.join('/')));

/** The name with some letters in the other case: another name wherever it has a letter that is turned. */
export function inOtherCase(name: PromptName): fc.Arbitrary<PromptName> {
  return fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map(turns =>
      parsePromptName([...name].map((letter, at) => (turns[at] ? turned(letter) : letter)).join('')),
    );
}

function turned(letter: string): string {
  const lower = letter.toLowerCase();
  return lower === letter ? letter.toUpperCase() : lower;
}
