/** The sentences of updating partials. */
import type { TextQuestion } from '../asking/ask.ts';
import { counted, shortList } from '../wording/age.ts';

export interface Update {
  /** The versions that will be used, such as `_header@3`. */
  readonly partials: readonly string[];
  /** The number of prompts that get a new version. */
  readonly prompts: number;
  /** The number of prompts that remain because one run does not update more. */
  readonly left: number;
}

/** Update _header in 14 prompts */
export function updateTitle({ partials, prompts }: Omit<Update, 'left'>): string {
  const [only, ...others] = partials;
  const what = others.length === 0 && only !== undefined ? nameOf(only) : counted(partials.length, 'partial');
  return `Update ${what} in ${counted(prompts, 'prompt')}`;
}

/** @param breaking prompts whose callers must change something, with a sentence that describes it */
export function updateQuestion(
  update: Update,
  breaking: readonly { readonly prompt: string; readonly words: string }[],
): Pick<TextQuestion, 'title' | 'prompt' | 'value'> {
  const [first] = breaking;
  const told =
    first === undefined
      ? ''
      : ` ${first.words} This applies to ${breaking.length === 1 ? first.prompt : counted(breaking.length, 'prompt')}.`;
  const left =
    update.left === 0
      ? ''
      : ` ${counted(update.left, 'more prompt')} can be updated when you run this again.`;
  const each = update.prompts === 1 ? 'The prompt gets' : 'Each prompt gets';
  return {
    title: updateTitle(update),
    prompt: `${each} a new version with the same text and the newest partials.${told}${left} The message is kept permanently.`,
    value: `Use ${shortList(update.partials)}`,
  };
}

export interface Updated {
  readonly updated: readonly string[];
  /** The prompts that were not updated, each with the reason as a sentence. */
  readonly failed: readonly { readonly prompt: string; readonly why: string }[];
}

export function updateOutcome({ updated, failed }: Updated): string {
  const done =
    updated.length === 0
      ? 'No prompt was updated.'
      : `Updated ${updated.length === 1 ? updated[0] : counted(updated.length, 'prompt')}. Applications get the new versions once you promote them.`;
  const [first] = failed;
  if (first === undefined) return done;
  const rest =
    failed.length === 1 ? '' : ` The log has the reason of ${counted(failed.length - 1, 'other')}.`;
  return `${done} Not updated: ${shortList(failed.map(({ prompt }) => prompt))}. ${first.prompt}: ${first.why}${rest}`;
}

function nameOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('@'));
}
