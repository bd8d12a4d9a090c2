/** Suggests the prompt that was probably meant by a name that does not exist. */
import { didYouMean } from '../../core/missing-partial.ts';
import type { PromptName } from '../../core/name.ts';
import { namedAsFile, promptOfFile } from '../../core/named-as-file.ts';
import { nearest } from '../../core/near.ts';
import { inOtherCase } from '../../core/other-case.ts';

/** A sentence that begins with a space; empty if `name` is one of `names`, or similar to none. */
export function meantName(name: PromptName, names: Iterable<PromptName>): string {
  const all = [...names];
  if (all.includes(name)) return '';
  const ofFile = promptOfFile(name, all);
  if (ofFile !== undefined) return didYouMean(name, ofFile);
  const sameButCase = inOtherCase(name, all);
  const similar = sameButCase === '' ? nearest(name, all) : undefined;
  return similar === undefined ? sameButCase || namedAsFile(name) : didYouMean(name, similar);
}

/** The error for a prompt without a file. @param names the known prompts, for a suggestion */
export function withoutFile(name: PromptName, names: Iterable<PromptName>): string {
  return `${name} has no file here.${meantName(name, names) || ' Check the name, or pull it.'}`;
}
