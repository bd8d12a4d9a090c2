/** Sentences about renaming: a name is an identity in the registry, which keeps its versions. */
import type { PromptName } from '../../core/name.ts';
import type { ListedPrompt } from '../explorer/listed-prompt.ts';
import { counted } from '../wording/age.ts';

/** The question before a rename; undefined for a prompt that was never published. */
export function consequences({ name, summary, base }: ListedPrompt): string | undefined {
  if (summary === undefined && base === undefined) return undefined;
  const live = summary?.pointers.length
    ? ` Applications keep getting ${name} until they request the new name.`
    : '';
  return `The registry keeps ${name} with ${versionsOf(summary)}; the new name starts at @1 when you publish it.${live}`;
}

/** The message after a rename. `others` is the number of other files that include the prompt. */
export function renamed({ name, summary, base }: ListedPrompt, to: PromptName, others: number): string {
  const sentences = [`Renamed ${name} to ${to}.`];
  if (others === 1) sentences.push('1 file that includes it was changed.');
  if (others > 1) sentences.push(`${others} files that include it were changed.`);
  if (summary !== undefined || base !== undefined) {
    const live = summary?.pointers.length ? ', and applications still get it' : '';
    sentences.push(
      `The registry keeps ${name} with ${versionsOf(summary)}${live}. Publish ${to} to make its first version.`,
    );
  }
  return sentences.join(' ');
}

/** Undefined while the registry is unreachable. */
function versionsOf(summary: ListedPrompt['summary']): string {
  return summary === undefined ? 'its versions' : `its ${counted(summary.newest.version, 'version')}`;
}
