/** A new name for a variable or a partial, in all files that write it, as one step to undo. */
import * as vscode from 'vscode';
import { PROMPT_FILE_EXTENSION } from '../../core/name.ts';
import type { PlacedChange } from '../../language-worker/queries.ts';
import type { Session } from '../connection/session.ts';
import { type Ask, rangeOf } from './answers.ts';
import { placeOfPath, SAMPLES_EXTENSION } from './place-of-file.ts';
import { SAMPLES, WRITTEN } from './selectors.ts';

export function registerRename(ask: Ask, session: Session): vscode.Disposable {
  const provider: vscode.RenameProvider = {
    async prepareRename(document, position, token) {
      const found = await ask('prepareRename', document, { offset: document.offsetAt(position) }, token);
      if (found === undefined) return undefined;
      // VS Code shows it where the cursor is.
      if ('refused' in found) throw new Error(found.refused);
      return { range: rangeOf(found.range), placeholder: found.text };
    },
    async provideRenameEdits(document, position, newName, token) {
      const params = { offset: document.offsetAt(position), newName };
      const found = await ask('rename', document, params, token);
      if (found === undefined) return undefined;
      if ('refused' in found) throw new Error(found.refused);
      return workspaceEditOf(found, session);
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerRenameProvider(WRITTEN, provider),
    vscode.languages.registerRenameProvider(SAMPLES, provider),
  );
}

/** @throws Error for a file that cannot get the name */
export function workspaceEditOf({ edits, renames }: PlacedChange, session: Session): vscode.WorkspaceEdit {
  const change = new vscode.WorkspaceEdit();
  for (const { uri, edits: each } of edits)
    change.set(
      vscode.Uri.parse(uri, true),
      each.map(({ range, text }) => new vscode.TextEdit(rangeOf(range), text)),
    );
  for (const { from, toName } of renames) {
    const uri = vscode.Uri.parse(from, true);
    change.renameFile(uri, renamed(uri, toName, session), { overwrite: false });
  }
  return change;
}

/** The same place of names, another name: prompts and samples keep their extension. */
function renamed(uri: vscode.Uri, toName: string, session: Session): vscode.Uri {
  const name = placeOfPath(uri, session)?.name;
  const extension = [PROMPT_FILE_EXTENSION, SAMPLES_EXTENSION].find(each => uri.path.endsWith(each));
  if (name === undefined || extension === undefined)
    throw new Error(`${vscode.workspace.asRelativePath(uri)} is no prompt's file, so it cannot be renamed.`);
  const folder = uri.path.slice(0, uri.path.length - name.length - extension.length);
  return uri.with({ path: `${folder}${toName}${extension}` });
}
