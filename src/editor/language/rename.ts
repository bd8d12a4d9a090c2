/** A new name for a variable or a partial, in all files that write it, as one step to undo. */
import * as vscode from 'vscode';
import type { Session } from '../connection/session.ts';
import { type Ask, rangeOf } from './answers.ts';
import { SAMPLES, WRITTEN } from './selectors.ts';
import { workspaceEditOf } from './workspace-edit.ts';

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
      return workspaceEditOf(found, document, session);
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerRenameProvider(WRITTEN, provider),
    vscode.languages.registerRenameProvider(SAMPLES, provider),
  );
}
