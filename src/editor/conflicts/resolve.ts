/**
 * Resolves a conflict: merges changes that do not overlap and opens VS Code's merge editor for the rest. It is resolved
 * when the markers are gone; then the file is based on the merged version. If the registry has a newer version by then,
 * the file is in conflict with that, and a new merge begins.
 */
import * as vscode from 'vscode';
import { plainText, withLineEndingsOf } from '../../core/line-endings.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { saveDocument } from '../work/save-document.ts';
import { completeMerge, finish, isOfToday, isUnfinished } from './complete.ts';
import { conflictText } from './conflict-text.ts';
import type { Merge } from './merges.ts';
import { documentOf, fileOf, isDirty, projectOf, type Resolving, saved, sourceOf } from './project.ts';
import { showMerge } from './show-merge.ts';
import { startedWords } from './words.ts';

/** Begins a merge, or continues the one in progress. */
export async function resolveConflict(parts: Resolving, prompt: PromptName): Promise<void> {
  const { workbench, merges } = parts;
  const { prompts, ask } = workbench;
  const { copy, root } = await projectOf(workbench);
  const uri = fileOf(copy, prompt);
  await saved(uri);
  await prompts.rescan();
  const mine = await copy.folder.read(prompt);
  const begun = await merges.get(root, prompt);
  if (begun !== undefined && mine !== undefined) {
    if ((await isOfToday(copy, begun)) && isUnfinished(begun, mine)) {
      await showMerge(workbench, begun, uri);
      return;
    }
    if (await completeMerge(parts, begun, { isAsked: false })) return;
  }
  const listed = prompts.listed.get(prompt);
  const newest = listed?.summary?.newest;
  if (listed?.state !== 'conflict' || newest === undefined || mine === undefined) {
    await ask.tell('info', `${prompt} is not in conflict.`);
    return;
  }
  const base = (await copy.readLock()).get(prompt) ?? null;
  const read = (version: VersionNumber) => sourceOf(workbench, prompt, version);
  const [baseText, theirs] = await Promise.all([
    base === null ? '' : read(base.version),
    read(newest.version),
  ]);
  const plain = conflictText(plainText(baseText), plainText(mine), plainText(theirs), {
    mine: 'Yours',
    theirs: `${prompt}@${newest.version}`,
  });
  const { conflicts } = plain;
  // Line endings do not count as edits, so the file keeps its own.
  const text = withLineEndingsOf(plain.text, mine);
  const merge: Merge = {
    ...{ root, prompt, base, baseText, mine },
    theirs: { version: newest.version, digest: newest.digest },
    theirsText: theirs,
  };
  // First, so that the file's previous text is safe.
  await merges.keep(merge);
  await copy.beginMerge(prompt);
  if (await hasChanged(copy, prompt, mine, uri)) {
    await merges.forget(merge);
    await copy.endMerge(prompt);
    throw new Error(`The file of ${prompt} was edited meanwhile, so it was left as it is.`);
  }
  await copy.folder.write(prompt, text);
  if (conflicts === 0) {
    await finish(parts, copy, merge);
    return;
  }
  await follow(uri, text);
  await showMerge(workbench, merge, uri);
  void ask.tell('info', startedWords(prompt, newest.version, conflicts));
}

async function hasChanged(
  copy: WorkingCopy,
  prompt: PromptName,
  before: string,
  uri: vscode.Uri,
): Promise<boolean> {
  return isDirty(uri) || (await copy.folder.read(prompt)) !== before;
}

/** Waits until an open document has its file's new text, because the merge editor starts with the markers in it. */
async function follow(uri: vscode.Uri, text: string): Promise<void> {
  const plain = (each: string) => each.replaceAll('\r\n', '\n');
  const document = documentOf(uri);
  if (document === undefined || plain(document.getText()) === plain(text)) return;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  await saveDocument(document);
}
