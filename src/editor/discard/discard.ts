/**
 * Discard Changes: a file becomes its base version again, one that was never published is deleted. What it held is kept
 * first, so that it can be undone, after a reload too.
 */
import * as vscode from 'vscode';
import { digestOf } from '../../core/digest.ts';
import type { PromptName } from '../../core/name.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { logged, messageOf } from '../problems/explain.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { fetchVersion } from '../versions/version-files.ts';
import { saveDocument } from '../work/save-document.ts';
import type { Workbench } from '../workbench.ts';
import { discardedWords, discardQuestion, undoneWords } from './discard-words.ts';
import type { DiscardedFile, DiscardedTexts } from './discarded-texts.ts';

/** The text a file is reset to: its base, or nothing if it has none. */
interface Planned {
  readonly prompt: PromptName;
  readonly left: string | null;
}

export async function discardChanges(
  workbench: Workbench,
  texts: DiscardedTexts,
  names: readonly PromptName[],
): Promise<void> {
  const { prompts, session, ask, report } = workbench;
  const copy = await prompts.workingCopy();
  if (copy === undefined || session.project === undefined) throw new Error('No prompts folder is open.');
  const chosen = names.flatMap(name => {
    const { state, base, renamedFrom } = prompts.listed.get(name) ?? {};
    // Its text is what the old name's file held: it is renamed back instead.
    if (renamedFrom !== undefined) return [];
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
  for (const { name, isNew } of chosen)
    await attempt(name, async () => {
      const left = isNew ? null : await baseText(workbench, copy, name);
      planned.push({ prompt: name, left });
    });
  const files: DiscardedFile[] = [];
  for (const { prompt, left } of planned) {
    await save(vscode.Uri.file(copy.folder.pathOf(prompt)));
    // A file that is deleted already holds nothing to be brought back.
    files.push({ prompt, text: (await copy.folder.read(prompt)) ?? '', left });
  }
  const kept = await texts.keep({ root: session.project.root, files });
  const done: PromptName[] = [];
  for (const { prompt, left } of planned)
    await attempt(prompt, async () => {
      await put(copy, prompt, left);
      done.push(prompt);
    });
  await prompts.rescan();
  void ask
    .tell(
      failed.length === 0 ? 'info' : 'warning',
      discardedWords(done, failed),
      ...(done.length === 0 ? [] : ['Undo']),
    )
    .then(answer => (answer === 'Undo' ? undoDiscard(workbench, texts, kept) : undefined))
    .catch((error: unknown) => report(error, 'Undoing'));
}

/** Brings back what was discarded last, or under that name. A file that was edited since is left as it is. */
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
    const uri = vscode.Uri.file(copy.folder.pathOf(file.prompt));
    const now = (await copy.folder.read(file.prompt)) ?? null;
    if (now !== file.left || isDirty(uri)) edited.push(file);
    else {
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

/** @throws MissingKey, Problem, RegistryUnreachable where it was never seen here and cannot be fetched */
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

async function put(copy: WorkingCopy, prompt: PromptName, text: string | null): Promise<void> {
  if (text !== null) return copy.folder.write(prompt, text);
  await vscode.workspace.fs.delete(vscode.Uri.file(copy.folder.pathOf(prompt)));
}

async function save(uri: vscode.Uri): Promise<void> {
  const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
  if (document !== undefined && !(await saveDocument(document)))
    throw new Error(`${uri.fsPath} could not be saved, so nothing was discarded.`);
}

function isDirty(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some(each => each.isDirty && each.uri.toString() === uri.toString());
}
