/** A new name for a variable or a partial, in all files that write it, as one step to undo. */
import * as vscode from 'vscode';
import type { PlacedChange } from '../../language-worker/queries.ts';
import { validateNewName } from '../explorer/new-name.ts';
import type { Workbench } from '../workbench.ts';
import { rangeOf, type WorkerRequest } from './answers.ts';
import { placeOfPath } from './place-of-file.ts';
import { SAMPLES, WRITTEN } from './selectors.ts';
import { workspaceEditOf } from './workspace-edit.ts';

export function registerRename(
  ask: WorkerRequest,
  workbench: Pick<Workbench, 'session' | 'prompts'>,
): vscode.Disposable {
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
      checkNewNames(found, workbench);
      return workspaceEditOf(found, document, workbench.session);
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerRenameProvider(WRITTEN, provider),
    vscode.languages.registerRenameProvider(SAMPLES, provider),
  );
}

/** Checks the registry for a prompt of the new name. @throws Error if there is one */
function checkNewNames({ renames }: PlacedChange, workbench: Pick<Workbench, 'session' | 'prompts'>): void {
  for (const { from, toName } of renames) {
    const place = placeOfPath(vscode.Uri.parse(from, true), workbench.session);
    if (place?.role !== 'prompt') continue;
    const listed = place.name === undefined ? undefined : workbench.prompts.listed.get(place.name);
    const why = validateNewName(toName, workbench, listed);
    if (why !== undefined) throw new Error(why);
  }
}
