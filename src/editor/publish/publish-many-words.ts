/** The sentences of publishing several prompts at once. */
import type { PromptName } from '../../core/name.ts';
import type { TextQuestion } from '../asking/ask.ts';
import { counted, shortList } from '../wording/age.ts';

export type PublishManyOutcome =
  | { readonly prompt: PromptName; readonly kind: 'published'; readonly version: number }
  /** The newest version has the same text. */
  | { readonly prompt: PromptName; readonly kind: 'unchanged'; readonly version: number }
  | { readonly prompt: PromptName; readonly kind: 'refused'; readonly why: string }
  /** The registry had become unreachable, or the person canceled. */
  | { readonly prompt: PromptName; readonly kind: 'not_tried' };

/** The maximum number of reasons in a message; the log has all of them. */
const MOST_REASONS = 3;

export function messageForMany(
  prompts: readonly PromptName[],
): Pick<TextQuestion, 'title' | 'prompt' | 'placeholder'> {
  const each = prompts.length === 1 ? 'The prompt gets' : 'Each prompt gets';
  return {
    title: prompts.length === 1 ? `Publish ${prompts[0]}` : `Publish ${counted(prompts.length, 'Prompt')}`,
    prompt: `${each} a new version with this message, which is kept permanently. Describe what changed and why.`,
    placeholder: 'Message',
  };
}

/** Returns true if everything that was requested is in the registry now. */
export function isComplete(outcomes: readonly PublishManyOutcome[]): boolean {
  return outcomes.every(({ kind }) => kind === 'published' || kind === 'unchanged');
}

/** The summary: what was published, and what was not and why. */
export function publishedMany(outcomes: readonly PublishManyOutcome[]): string {
  const published = outcomes.filter(outcome => outcome.kind === 'published');
  const unchanged = outcomes.filter(outcome => outcome.kind === 'unchanged');
  const refused = outcomes.filter(outcome => outcome.kind === 'refused');
  const left = outcomes.filter(outcome => outcome.kind === 'not_tried');
  const references = published.map(({ prompt, version }) => `${prompt}@${version}`);
  const reasons = refused.slice(0, MOST_REASONS).map(({ prompt, why }) => `${prompt}: ${why}`);
  const more = refused.length - reasons.length;
  return [
    published.length === 0
      ? 'Nothing was published.'
      : `Published ${shortList(references)}. ${published.length === 1 ? 'It is' : 'They are'} not live anywhere until you promote ${published.length === 1 ? 'it' : 'them'}.`,
    ...(unchanged.length === 0
      ? []
      : [`The registry already has ${shortList(unchanged.map(({ prompt }) => prompt))} as it is here.`]),
    ...(refused.length === 0
      ? []
      : [
          `Not published: ${shortList(refused.map(({ prompt }) => prompt))}.`,
          ...reasons,
          ...(more === 0 ? [] : [`The log has the reason of ${counted(more, 'other')}.`]),
        ]),
    ...(left.length === 0 ? [] : [`Skipped: ${shortList(left.map(({ prompt }) => prompt))}.`]),
  ].join(' ');
}
