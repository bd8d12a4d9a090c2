/** Duplicates a prompt: copies its text from the editor, saved or not, and its samples, to a new name. */
import * as vscode from 'vscode';
import { type PromptName, parsePromptName } from '../../core/name.ts';
import { foldCase } from '../../core/name-case.ts';
import { SAMPLES_EXTENSION } from '../../language-server/files.ts';
import type { ListedPrompt } from '../explorer/listed-prompt.ts';
import { NAME_HINT, validateNewName } from '../explorer/new-name.ts';
import { targetOf } from '../explorer/target.ts';
import { uriOf } from '../files/paths.ts';
import { EMBEDDED, versionUriParts } from '../versions/uri.ts';
import { exists } from '../work/exists.ts';
import type { Workbench } from '../workbench.ts';
import { samplesOf } from './samples-of.ts';

/** @param reveal shows a prompt in the tree */
export async function duplicatePrompt(
  workbench: Workbench,
  reveal: (prompt: PromptName) => Promise<void>,
  argument: unknown,
): Promise<void> {
  const { prompts, ask } = workbench;
  const target = await targetOf(argument, workbench, { title: 'Duplicate', admits: () => true });
  if (target === undefined) return;
  const copy = await prompts.workingCopy();
  if (copy === undefined) throw new Error('This window is not connected to a registry.');
  const listed = prompts.mustHave(target.prompt);
  const { name } = listed;
  const value = freeName(name, workbench);
  const draft = `duplicate ${name}`;
  const text = await ask.text({
    title: `Duplicate ${name}`,
    prompt: NAME_HINT,
    draft,
    value,
    selection: [value.lastIndexOf('/') + 1, value.length],
    validate: typed => validateNewName(typed, workbench),
  });
  if (text === undefined) return;
  const to = parsePromptName(text.trim());
  await copy.folder.checkFree(to);
  const from = uriOf(copy.folder.pathOf(name));
  const file = uriOf(copy.folder.pathOf(to));
  const samples = await contentsOf(samplesOf(from));
  if (samples !== undefined && (await exists(samplesOf(file))))
    throw new Error(
      `The file ${to}${SAMPLES_EXTENSION} already exists. Choose another name, or move that file.`,
    );
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(file, { contents: await sourceOf(listed, from, workbench) });
  if (samples !== undefined) edit.createFile(samplesOf(file), { contents: samples });
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(`VS Code could not create the file of ${to}. Check whether its folder is read-only.`);
  ask.sent(draft);
  await prompts.rescan();
  await vscode.window.showTextDocument(file, { preview: false });
  await reveal(to);
}

/** The text of its file, or of the newest version if it has no file here. */
async function sourceOf(
  { name, summary }: ListedPrompt,
  file: vscode.Uri,
  { session }: Workbench,
): Promise<Uint8Array> {
  const found = await contentsOf(file);
  if (found !== undefined) return found;
  if (summary === undefined) throw new Error(`${name} has no file any more.`);
  const address = { registry: session.registry ?? EMBEDDED, prompt: name, version: summary.newest.version };
  return vscode.workspace.fs.readFile(vscode.Uri.from(versionUriParts(address)));
}

/** The contents with unsaved edits, or the exact bytes if there are none. Undefined if there is no such file. */
async function contentsOf(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  const edited = vscode.workspace.textDocuments.find(
    document => document.isDirty && document.uri.toString() === uri.toString(),
  );
  if (edited !== undefined) return Buffer.from(edited.getText());
  return (await exists(uri)) ? vscode.workspace.fs.readFile(uri) : undefined;
}

/** A suggested name, such as `support/triage-copy`; the person shortens one that is too long. */
function freeName(name: PromptName, { prompts }: Workbench): string {
  const names = Array.from({ length: 99 }, (_, index) => `${name}-copy${index === 0 ? '' : `-${index + 1}`}`);
  const taken = new Set([...prompts.listed.keys()].map(foldCase));
  return names.find(each => !taken.has(foldCase(each))) ?? name;
}
