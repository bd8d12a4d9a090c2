/** Completes a merge: bases the file on the registry's version once its markers are gone. */
import * as vscode from 'vscode';
import { hasConflictMarkers } from '../../core/conflict-markers.ts';
import { plainText } from '../../core/line-endings.ts';
import type { PromptName } from '../../core/name.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { undoDiscard } from '../discard/discard.ts';
import { untouchedConflicts } from './conflict-text.ts';
import { acceptMerge, isBeingMerged } from './merge-editor.ts';
import type { Merge } from './merges.ts';
import { fileOf, isDirty, projectOf, type Resolving, saved } from './project.ts';
import { readSettled } from './settled.ts';
import { showMerge } from './show-merge.ts';
import { completeQuestion, mergedWords, mergeOverWords, stillConflicting } from './words.ts';

/**
 * Bases the file on the registry's version if the merge is complete.
 * @param isAsked true if the person requested it; otherwise, a restored file may not have been merged at all
 * @param isHandled true if VS Code has asked about remaining conflicts
 * @returns false if places remain, or it is unknown whether it was merged
 */
export async function completeMerge(
  parts: Resolving,
  merge: Merge,
  { isAsked, isHandled = false }: { readonly isAsked: boolean; readonly isHandled?: boolean },
): Promise<boolean> {
  const { workbench, merges } = parts;
  const { prompt, mine } = merge;
  const { copy } = await projectOf(workbench);
  const read = () => copy.folder.read(prompt);
  const settled = isAsked ? [await read()] : await readSettled(read);
  if (settled.length === 0) return false;
  const [now] = settled;
  const isOver = now === undefined || !(await isOfToday(copy, merge));
  if (isOver || (!isAsked && plainText(now) === plainText(mine))) {
    if (isOver) await keepMine(parts, merge, now);
    await merges.forget(merge);
    await copy.endMerge(prompt);
    return false;
  }
  if (hasConflictMarkers(now)) {
    if (isAsked) await workbench.ask.tell('warning', stillConflicting(prompt));
    return false;
  }
  if (isDirty(fileOf(copy, prompt))) return false;
  const left = isHandled ? 0 : placesLeft(merge, now);
  if (left > 0 && !(isAsked && (await workbench.ask.confirm(completeQuestion(prompt, left))) === true))
    return false;
  await finish(parts, copy, merge);
  return true;
}

/** The content of the file from before an incomplete merge cannot be recovered later. */
async function keepMine(
  { workbench, discarded }: Resolving,
  merge: Merge,
  now: string | undefined,
): Promise<void> {
  const { root, prompt, base, mine } = merge;
  if (now !== undefined && plainText(now) === plainText(mine)) return;
  const texts = await discarded();
  const file = { prompt, text: mine, left: now ?? null, ...(base !== null && { base }) };
  const kept = await texts.keep({ root, files: [file] });
  void workbench.ask
    .tell('warning', mergeOverWords(prompt), 'Restore')
    .then(chosen => (chosen === 'Restore' ? undoDiscard(workbench, texts, kept) : undefined))
    .catch((error: unknown) => workbench.report(error, 'Restoring'));
}

/** Returns true if a file with these contents still has something to merge. */
export function isUnfinished(merge: Merge, now: string): boolean {
  return now === '' || hasConflictMarkers(now) || placesLeft(merge, now) > 0;
}

function placesLeft({ baseText, mine, theirsText }: Merge, now: string): number {
  const [base, one, other, merged] = [baseText, mine, theirsText, now].map(plainText) as [
    string,
    string,
    string,
    string,
  ];
  return untouchedConflicts(base, one, other, merged);
}

/** False if another branch was checked out, or the conflict was resolved elsewhere: then the merge is over. */
export async function isOfToday(copy: WorkingCopy, { prompt, base }: Merge): Promise<boolean> {
  const lock = (await copy.readLock()).get(prompt);
  return (lock?.digest ?? null) === (base?.digest ?? null);
}

/** Completes the merges whose files were saved without markers, after their merge editors are closed. */
export async function completeMerges(parts: Resolving): Promise<void> {
  const { workbench, merges } = parts;
  const { project } = workbench.session;
  const copy = await workbench.prompts.workingCopy();
  if (project === undefined || copy === undefined) return;
  for (const merge of await merges.of(project.root)) {
    const uri = fileOf(copy, merge.prompt);
    if (isBeingMerged(uri) || isDirty(uri)) continue;
    const now = await copy.folder.read(merge.prompt);
    if (now === undefined || !hasConflictMarkers(now)) await completeMerge(parts, merge, { isAsked: false });
  }
}

/** Complete Merge, requested by the person: in the merge editor, or once the markers are gone from the file. */
export async function completeByHand(parts: Resolving, prompt: PromptName): Promise<void> {
  const { workbench, merges } = parts;
  const { copy, root } = await projectOf(workbench);
  const uri = fileOf(copy, prompt);
  const merge = await merges.get(root, prompt);
  if (merge === undefined) {
    await workbench.ask.tell(
      'info',
      `No merge of ${prompt} was started. Resolve the conflict in the merge editor.`,
    );
    return;
  }
  let isHandled = false;
  if (isBeingMerged(uri)) {
    await showMerge(workbench, merge, uri);
    const accepted = await acceptMerge();
    if (accepted === 'no') return;
    isHandled = accepted === 'yes';
  }
  await saved(uri);
  await completeMerge(parts, merge, { isAsked: true, isHandled });
}

/** The file includes both sides: from now on it is based on theirs. */
export async function finish(
  { workbench, merges }: Resolving,
  copy: WorkingCopy,
  merge: Merge,
): Promise<void> {
  const { prompts, ask, report } = workbench;
  const { prompt, theirs, base, mine } = merge;
  await copy.setBase(prompt, theirs);
  await merges.forget(merge);
  await prompts.rescan();
  const result = await copy.folder.read(prompt);
  const undo = async (): Promise<void> => {
    if (base === null || (await copy.folder.read(prompt)) !== result || isDirty(fileOf(copy, prompt)))
      throw new Error(`${prompt} was changed in the meantime, so the merge stays open.`);
    await copy.folder.write(prompt, mine);
    await copy.setBase(prompt, base);
    await prompts.rescan();
  };
  void ask
    .tell('info', mergedWords(prompt, theirs.version), 'Open Changes', ...(base === null ? [] : ['Undo']))
    .then(chosen => {
      if (chosen === 'Open Changes') return vscode.commands.executeCommand('promptforge.openChanges', prompt);
      return chosen === 'Undo' ? undo() : undefined;
    })
    .catch((error: unknown) => report(error, 'Undoing'));
}
