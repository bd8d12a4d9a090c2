/** A change of the language worker's as VS Code applies it: edits in any file, then files that are renamed or new. */
import * as vscode from 'vscode';
import { PROMPT_FILE_EXTENSION, type PromptName } from '../../core/name.ts';
import { SAMPLES_EXTENSION } from '../../language-worker/contract.ts';
import type { PlacedChange } from '../../language-worker/queries.ts';
import type { Session } from '../connection/session.ts';
import { rangeOf } from './answers.ts';
import { placeOfPath } from './place-of-file.ts';

/** @throws Error for a file that cannot get the name */
export function workspaceEditOf(
  { edits, renames, creates }: PlacedChange,
  document: vscode.TextDocument,
  session: Session,
): vscode.WorkspaceEdit {
  const change = new vscode.WorkspaceEdit();
  for (const { uri, edits: each } of edits) {
    const at = vscode.Uri.parse(uri, true);
    // A published version that is open beside it never changes.
    if (vscode.workspace.fs.isWritableFileSystem(at.scheme) === false) continue;
    change.set(
      at,
      each.map(({ range, text }) => new vscode.TextEdit(rangeOf(range), text)),
    );
  }
  for (const { from, toName } of renames) {
    const uri = vscode.Uri.parse(from, true);
    change.renameFile(uri, renamed(uri, toName, session), { overwrite: false });
  }
  for (const { name, text } of creates)
    change.createFile(fileOfPrompt(name, document, session), {
      contents: Buffer.from(text),
      ignoreIfExists: true,
    });
  return change;
}

/** The file that a prompt has, or would have, beside those of `document`. */
export function fileOfPrompt(name: PromptName, { uri }: vscode.TextDocument, session: Session): vscode.Uri {
  const folder = session.project?.promptsFolder ?? vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
  const file = `${name}${PROMPT_FILE_EXTENSION}`;
  return folder === undefined
    ? vscode.Uri.joinPath(uri, '..', file)
    : vscode.Uri.joinPath(vscode.Uri.file(folder), file);
}

/** The same place of names, another name: prompts and samples keep their extension. */
function renamed(uri: vscode.Uri, toName: string, session: Session): vscode.Uri {
  const name = placeOfPath(uri, session)?.name;
  const extension = [PROMPT_FILE_EXTENSION, SAMPLES_EXTENSION].find(each => uri.path.endsWith(each));
  if (name === undefined || extension === undefined)
    throw new Error(
      `${vscode.workspace.asRelativePath(uri)} is not the file of a prompt, so it cannot be renamed.`,
    );
  const folder = uri.path.slice(0, uri.path.length - name.length - extension.length);
  return uri.with({ path: `${folder}${toName}${extension}` });
}
