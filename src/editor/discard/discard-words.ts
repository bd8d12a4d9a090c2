/** The sentences of discarding changes. */
import type { PromptName } from '../../core/name.ts';
import type { Confirmation } from '../asking/ask.ts';
import { counted, shortList } from '../wording/age.ts';

/** Undefined if no confirmation is needed: a single file can be brought back with a click. */
export function discardQuestion(
  chosen: readonly { readonly name: PromptName; readonly isNew: boolean }[],
): Confirmation | undefined {
  const fresh = chosen.filter(({ isNew }) => isNew);
  const [only] = chosen;
  if (chosen.length === 1 && fresh.length === 0) return undefined;
  if (chosen.length === 1 && only !== undefined)
    return {
      message: `Delete ${only.name}?`,
      detail: 'It was never published, so its file is the only copy. You can undo this.',
      button: 'Delete File',
    };
  const deleted =
    fresh.length === 0
      ? ''
      : ` ${counted(fresh.length, 'file')} that ${fresh.length === 1 ? 'was' : 'were'} never published ${fresh.length === 1 ? 'is' : 'are'} deleted.`;
  return {
    message: `Discard the changes of ${counted(chosen.length, 'prompt')}?`,
    detail: `Each file is reset to the version it is based on.${deleted} You can undo this.`,
    button: `Discard ${counted(chosen.length, 'Change')}`,
  };
}

/** @param renamed those of `prompts` that have their old names again, with these */
export function discardedWords(
  prompts: readonly PromptName[],
  failed: readonly { readonly prompt: PromptName; readonly why: string }[],
  renamed: ReadonlyMap<PromptName, PromptName> = new Map(),
): string {
  const [first] = failed;
  const [rename] = renamed;
  const again =
    rename === undefined
      ? ''
      : renamed.size === 1
        ? ` ${rename[0]} is ${rename[1]} again.`
        : ` ${counted(renamed.size, 'file')} have their old names again.`;
  const done =
    prompts.length === 0
      ? 'Nothing was discarded.'
      : `Discarded the changes of ${shortList(prompts)}.${again}`;
  if (first === undefined) return done;
  const rest =
    failed.length === 1 ? '' : ` The log has the reason of ${counted(failed.length - 1, 'other')}.`;
  return `${done} Left as it is: ${shortList(failed.map(({ prompt }) => prompt))}. ${first.why}${rest}`;
}

export function undoneWords(back: readonly PromptName[], edited: readonly PromptName[]): string {
  const done = back.length === 0 ? '' : `Brought back the changes of ${shortList(back)}.`;
  if (edited.length === 0) return done;
  const was =
    edited.length === 1
      ? 'was edited since, so its discarded text is'
      : 'were edited since, so their discarded texts are';
  return `${done} ${shortList(edited)} ${was} in a new editor.`.trim();
}
