/**
 * Discard Changes: restores a file's base version, or deletes one that was never published. Keeps the previous text
 * first, so that it can be undone, even after a reload.
 */
import * as vscode from 'vscode';
import { digestOf } from '../../core/digest.ts';
import type { PromptName } from '../../core/name.ts';
import { foldCase } from '../../core/name-case.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { readable, uriOf } from '../files/paths.ts';
import { logged, messageOf } from '../problems/explain.ts';
import { samplesOf } from '../prompts/samples-of.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { fetchVersion } from '../versions/version-files.ts';
import { exists } from '../work/exists.ts';
import { saveDocument } from '../work/save-document.ts';
import type { Workbench } from '../workbench.ts';
import { discardedWords, discardQuestion, undoneWords } from './discard-words.ts';
import type { DiscardedFile, DiscardedTexts } from './discarded-texts.ts';

/** The text a file is reset to: its base, or nothing if it has none; or its former name. */
type Planned = Pick<DiscardedFile, 'prompt' | 'left' | 'renamedFrom'>;

interface Chosen {
  readonly name: PromptName;
  readonly isNew: boolean;
  /** The prompt that the file belonged to. */
  readonly from?: PromptName;
}

export async function discardChanges(
  workbench: Workbench,
  texts: DiscardedTexts,
  names: readonly PromptName[],
): Promise<void> {
  const { prompts, session, ask, report } = workbench;
  const copy = await prompts.workingCopy();
  if (copy === undefined || session.project === undefined) throw new Error('No prompts folder is open.');
  const chosen = names.flatMap((name): readonly Chosen[] => {
    const { state, base, renamedFrom } = prompts.listed.get(name) ?? {};
    if (renamedFrom !== undefined)
      return renamedFrom.base === undefined ? [] : [{ name, isNew: false, from: renamedFrom.prompt }];
    const isChange = state === 'modified' || state === 'new' || state === 'deleted' || state === 'archived';
    return isChange && (state === 'new' || base !== undefined) ? [{ name, isNew: state === 'new' }] : [];
  });
  if (chosen.length === 0) {
    await ask.tell('info', 'There are no changes to discard.');
    return;
  }
  const question = discardQuestion(chosen);
  if (question !== undefined && (await ask.confirm(question)) !== true) return;
  const planned: Planned[] = [];
  const failed: { readonly prompt: PromptName; readonly why: string }[] = [];
  const attempt = async (prompt: PromptName, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      workbench.log.error(`Discarding changes of ${prompt} failed: ${logged(error)}`);
      failed.push({ prompt, why: messageOf(error) });
    }
  };
  for (const { name, isNew, from } of chosen)
    await attempt(name, async () => {
      const left = isNew ? null : await baseText(workbench, copy, from ?? name);
      if (from === undefined || left === null) planned.push({ prompt: name, left });
      else planned.push({ prompt: name, left: null, renamedFrom: { prompt: from, left } });
    });
  const files: DiscardedFile[] = [];
  for (const each of planned) {
    await save(fileOf(copy, each.prompt));
    // A deleted file has no contents to bring back.
    files.push({ ...each, text: (await copy.folder.read(each.prompt)) ?? '' });
  }
  const kept = await texts.keep({ root: session.project.root, files });
  const done: PromptName[] = [];
  const renamed = new Map<PromptName, PromptName>();
  for (const each of planned)
    await attempt(each.prompt, async () => {
      await put(copy, each);
      done.push(each.prompt);
      if (each.renamedFrom !== undefined) renamed.set(each.prompt, each.renamedFrom.prompt);
    });
  await prompts.rescan();
  void ask
    .tell(
      failed.length === 0 ? 'info' : 'warning',
      discardedWords(done, failed, renamed),
      ...(done.length === 0 ? [] : ['Undo']),
    )
    .then(answer => (answer === 'Undo' ? undoDiscard(workbench, texts, kept) : undefined))
    .catch((error: unknown) => report(error, 'Undoing'));
}

/** Brings back the last discard, or the named one. A file that was edited since is not changed. */
export async function undoDiscard(workbench: Workbench, texts: DiscardedTexts, name?: string): Promise<void> {
  const { prompts, session, ask } = workbench;
  const copy = await prompts.workingCopy();
  if (copy === undefined || session.project === undefined) throw new Error('No prompts folder is open.');
  const found = await texts.take(session.project.root, name);
  if (found === undefined) {
    await ask.tell(
      'info',
      'There is nothing to undo: no changes were discarded here, or that was already undone.',
    );
    return;
  }
  const back: PromptName[] = [];
  const edited: DiscardedFile[] = [];
  for (const file of found.discard.files) {
    const { renamedFrom } = file;
    const isLeft = await isAsLeft(copy, file.prompt, file.left, renamedFrom?.prompt);
    if (!isLeft || (renamedFrom && !(await isAsLeft(copy, renamedFrom.prompt, renamedFrom.left))))
      edited.push(file);
    else {
      if (renamedFrom !== undefined) {
        await move(copy, renamedFrom.prompt, file.prompt);
        await copy.noteRename(renamedFrom.prompt, file.prompt);
      }
      await copy.folder.write(file.prompt, file.text);
      if (file.base !== undefined) await copy.setBase(file.prompt, file.base);
      back.push(file.prompt);
    }
  }
  for (const { text } of edited)
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ language: 'dotprompt', content: text }),
      { preview: false },
    );
  await texts.forget(found.name);
  await prompts.rescan();
  await ask.tell(
    edited.length === 0 ? 'info' : 'warning',
    undoneWords(
      back,
      edited.map(({ prompt }) => prompt),
    ),
  );
}

/** @throws MissingKey, Problem, RegistryUnreachable if it is not cached and cannot be fetched */
async function baseText({ session }: Workbench, copy: WorkingCopy, prompt: PromptName): Promise<string> {
  const base = (await copy.readLock()).get(prompt);
  if (base === undefined) throw new Error(`${prompt} is not based on a version.`);
  const { source } = await fetchVersion(session, {
    registry: session.registry ?? EMBEDDED,
    prompt,
    version: base.version,
  });
  if (digestOf(source) !== base.digest)
    throw new Error(
      `${prompt}@${base.version} has a different text in this registry than promptforge.lock.json records, so the file was left unchanged.`,
    );
  return source;
}

async function put(copy: WorkingCopy, { prompt, left, renamedFrom }: Planned): Promise<void> {
  if (renamedFrom !== undefined) {
    await move(copy, prompt, renamedFrom.prompt);
    return copy.folder.write(renamedFrom.prompt, renamedFrom.left);
  }
  if (left !== null) return copy.folder.write(prompt, left);
  await vscode.workspace.fs.delete(fileOf(copy, prompt));
}

/** Renames a file, and its samples if the new name has none. @throws WorkspaceError `file_exists`, `outside` */
async function move(copy: WorkingCopy, from: PromptName, to: PromptName): Promise<void> {
  await copy.folder.checkFree(to, from);
  const [here, there] = [fileOf(copy, from), fileOf(copy, to)];
  await vscode.workspace.fs.rename(here, there, { overwrite: false });
  const [ours, theirs] = [samplesOf(here), samplesOf(there)];
  if ((await exists(ours)) && !(await exists(theirs)))
    await vscode.workspace.fs.rename(ours, theirs, { overwrite: false });
}

/** @param same the prompt whose file this name may also find, if only the case differs */
async function isAsLeft(
  copy: WorkingCopy,
  prompt: PromptName,
  left: string | null,
  same?: PromptName,
): Promise<boolean> {
  if (isDirty(fileOf(copy, prompt))) return false;
  if (same !== undefined && foldCase(same) === foldCase(prompt)) return true; // moving it looks again
  return ((await copy.folder.read(prompt)) ?? null) === left;
}

function fileOf(copy: WorkingCopy, prompt: PromptName): vscode.Uri {
  return uriOf(copy.folder.pathOf(prompt));
}

async function save(uri: vscode.Uri): Promise<void> {
  const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
  if (document !== undefined && !(await saveDocument(document)))
    throw new Error(`${readable(uri)} could not be saved, so nothing was discarded.`);
}

function isDirty(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some(each => each.isDirty && each.uri.toString() === uri.toString());
}
