/** The common parts of resolving a conflict: the project, the prompt's file, and the text of a version. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import type { LazyDiscardedTexts } from '../discard/lazy-texts.ts';
import { readable, uriOf } from '../files/paths.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { fetchVersion } from '../versions/version-files.ts';
import { saveDocument } from '../work/save-document.ts';
import type { Workbench } from '../workbench.ts';
import type { Merges } from './merges.ts';

export interface Resolving {
  readonly workbench: Workbench;
  readonly merges: Merges;
  readonly discarded: LazyDiscardedTexts;
}

export async function projectOf({
  session,
  prompts,
}: Workbench): Promise<{ readonly copy: WorkingCopy; readonly root: string }> {
  const copy = await prompts.workingCopy();
  if (copy === undefined || session.project === undefined) throw new Error('No prompts folder is open.');
  return { copy, root: session.project.root };
}

/** @throws MissingKey, Problem, RegistryUnreachable if it is not cached and cannot be fetched */
export async function sourceOf(
  { session }: Workbench,
  prompt: PromptName,
  version: VersionNumber,
): Promise<string> {
  const registry = session.registry ?? EMBEDDED;
  return (await fetchVersion(session, { registry, prompt, version })).source;
}

export function fileOf(copy: WorkingCopy, prompt: PromptName): vscode.Uri {
  return uriOf(copy.folder.pathOf(prompt));
}

/** @throws Error if it cannot be saved */
export async function saved(uri: vscode.Uri): Promise<void> {
  const document = documentOf(uri);
  if (document !== undefined && !(await saveDocument(document)))
    throw new Error(`${readable(uri)} could not be saved, so it was left as it is.`);
}

export function isDirty(uri: vscode.Uri): boolean {
  return documentOf(uri)?.isDirty === true;
}

export function documentOf(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
}
