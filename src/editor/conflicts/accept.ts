/** Accept Mine and Accept Theirs: resolve a conflict by taking one side. The other side can be brought back. */

import { hasConflictMarkers } from '../../core/conflict-markers.ts';
import type { PromptName } from '../../core/name.ts';
import type { LockEntry } from '../../workspace/lock-file.ts';
import { undoDiscard } from '../discard/discard.ts';
import type { Workbench } from '../workbench.ts';
import { isUnfinished } from './complete.ts';
import { fileOf, projectOf, type Resolving, saved, sourceOf } from './project.ts';
import { mineWords, stillConflicting, theirsWords } from './words.ts';

/** Keeps the file, based on the registry's newest version. */
export async function acceptMine({ workbench, merges }: Resolving, prompt: PromptName): Promise<void> {
  const { ask, prompts } = workbench;
  const { copy, root } = await projectOf(workbench);
  await saved(fileOf(copy, prompt));
  const newest = await newestOf(workbench, prompt);
  if (newest === undefined) return;
  const base = (await copy.readLock()).get(prompt);
  const before = await copy.folder.read(prompt);
  const merge = await merges.get(root, prompt);
  if (merge === undefined && before !== undefined && hasConflictMarkers(before)) {
    await ask.tell('warning', stillConflicting(prompt));
    return;
  }
  if (merge !== undefined && before !== undefined && isUnfinished(merge, before))
    await copy.folder.write(prompt, merge.mine);
  await copy.setBase(prompt, newest);
  if (merge !== undefined) await merges.forget(merge);
  await prompts.rescan();
  offerUndo(workbench, mineWords(prompt, newest.version), base, async () => {
    await copy.setBase(prompt, base as LockEntry);
  });
}

/** The file becomes the registry's newest version. */
export async function acceptTheirs(
  { workbench, merges, discarded }: Resolving,
  prompt: PromptName,
): Promise<void> {
  const { prompts } = workbench;
  const texts = await discarded();
  const { copy, root } = await projectOf(workbench);
  const uri = fileOf(copy, prompt);
  await saved(uri);
  const newest = await newestOf(workbench, prompt);
  if (newest === undefined) return;
  const theirs = await sourceOf(workbench, prompt, newest.version);
  const base = (await copy.readLock()).get(prompt);
  const merge = await merges.get(root, prompt);
  const before = await copy.folder.read(prompt);
  const isBegun = merge !== undefined && before !== undefined && isUnfinished(merge, before);
  const mine = isBegun ? merge.mine : before;
  // A deleted file has no contents to bring back.
  const kept =
    mine === undefined
      ? undefined
      : await texts.keep({ root, files: [{ prompt, text: mine, left: theirs, ...(base && { base }) }] });
  await copy.folder.write(prompt, theirs);
  await copy.setBase(prompt, newest);
  if (merge !== undefined) await merges.forget(merge);
  await prompts.rescan();
  const words = theirsWords(prompt, newest.version);
  offerUndo(workbench, words, kept, () => undoDiscard(workbench, texts, kept));
}

/** Undefined, with a message, if the prompt is not in conflict. */
async function newestOf({ prompts, ask }: Workbench, prompt: PromptName): Promise<LockEntry | undefined> {
  await prompts.rescan();
  const listed = prompts.listed.get(prompt);
  const newest = listed?.summary?.newest;
  if (listed?.state === 'conflict' && newest !== undefined)
    return { version: newest.version, digest: newest.digest };
  await ask.tell('info', `${prompt} is not in conflict.`);
  return undefined;
}

/** @param before undefined if it cannot be undone: a file that had no base cannot lose it again */
function offerUndo(
  { ask, prompts, report }: Workbench,
  words: string,
  before: unknown,
  undo: () => Promise<void>,
): void {
  void ask
    .tell('info', words, ...(before === undefined ? [] : ['Undo']))
    .then(async chosen => {
      if (chosen !== 'Undo') return;
      await undo();
      await prompts.rescan();
    })
    .catch((error: unknown) => report(error, 'Undoing'));
}
