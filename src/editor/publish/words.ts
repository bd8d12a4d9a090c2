/** The sentences of publishing. */
import type { VersionSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import { isBlank } from '../../core/visible-text.ts';
import type { PromptChange } from '../compare/change.ts';
import { breakingInWords, changesInWords } from '../compare/change-words.ts';
import { ageOf } from '../wording/age.ts';

/** The question for the message; `base` is the newest version that the file is based on, `change` what differs from it. */
export function messageQuestion(
  prompt: PromptName,
  base: number | undefined,
  change?: PromptChange,
  renamedFrom?: PromptName,
): { title: string; prompt: string; placeholder: string } {
  const words = change === undefined ? [] : [changesInWords(change), breakingInWords(change)];
  if (renamedFrom !== undefined)
    words.push(`This makes a new prompt: ${renamedFrom} keeps its versions in the registry.`);
  const told = words.filter(each => each !== undefined);
  return {
    title: base === undefined ? `Publish ${prompt}@1` : `Publish ${prompt}@${base + 1}`,
    prompt: [...told, 'Describe what changed and why. The message is kept permanently.'].join(' '),
    placeholder: base === undefined ? 'First version' : 'Message',
  };
}

export function validateMessage(text: string): string | undefined {
  if (isBlank(text)) return 'Enter a message.';
  if (text.length > 4000) return `At most 4000 characters are allowed; this has ${text.length}.`;
  return undefined;
}

export function published(version: Pick<VersionSummary, 'prompt' | 'version'>, created: boolean): string {
  return created
    ? `Published ${version.prompt}@${version.version}. It is not live anywhere until you promote it.`
    : `Nothing new was published: ${version.prompt}@${version.version} already has this text.`;
}

/** The note after the first version of a renamed file. */
export function renamedNote(from: PromptName): string {
  return `It was renamed from ${from}, which keeps its versions, and what is live of it, until you archive it.`;
}

/** The message if somebody published after the file was fetched. `newest` is undefined if only its number is known. */
export function outdated(
  prompt: PromptName,
  number: number | undefined,
  newest: Pick<VersionSummary, 'author' | 'publishedAt'> | undefined,
  now: number,
): string {
  const version = number === undefined ? 'A newer version' : `${prompt}@${number}`;
  const by = newest === undefined ? '' : ` by ${newest.author}, ${ageOf(newest.publishedAt, now)}`;
  return `${version} was published${by}, and your file is not based on it. Nothing was published, and your file is unchanged.`;
}

/** The message after a failure, once the newest version was read. */
export function afterFailure(prompt: PromptName, arrivedAs: number | undefined): string {
  return arrivedAs === undefined
    ? `Nothing was published: the newest version of ${prompt} is unchanged, and so is your file.`
    : `The response was lost, but ${prompt}@${arrivedAs} was published.`;
}

/** The message after a failure, if the registry cannot be read either. */
export function unknownAfterFailure(): string {
  return 'Your file is unchanged. Publish again when you are back online: the same text is never published twice.';
}
