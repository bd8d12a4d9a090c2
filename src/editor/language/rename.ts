/** Renames a variable or a partial in all files that use it; the registry may refuse the name. */
import * as vscode from 'vscode';
import { type LanguageClient, type Middleware, RenameFile, RenameRequest } from 'vscode-languageclient';
import { validateNewName } from '../explorer/new-name.ts';
import type { Workbench } from '../workbench.ts';
import { placeOfPath } from './place-of-file.ts';

type Parts = Pick<Workbench, 'session' | 'prompts'>;

export function renaming(
  client: () => LanguageClient,
  workbench: Parts,
): Pick<Middleware, 'provideRenameEdits'> {
  return {
    async provideRenameEdits(document, position, newName, token) {
      const { code2ProtocolConverter: toServer, protocol2CodeConverter } = client();
      const params = { ...toServer.asTextDocumentPositionParams(document, position), newName };
      const edit = await client().sendRequest(RenameRequest.type, params, token);
      for (const change of edit?.documentChanges ?? [])
        if (RenameFile.is(change)) checkNewName(change, workbench);
      return protocol2CodeConverter.asWorkspaceEdit(edit, token);
    },
  };
}

/** Checks the registry for a prompt of the new name. @throws Error if there is one */
function checkNewName({ oldUri, newUri }: RenameFile, workbench: Parts): void {
  const [from, to] = [oldUri, newUri].map(uri => placeOfPath(vscode.Uri.parse(uri, true), workbench.session));
  if (from?.role !== 'prompt' || to?.name === undefined) return;
  const listed = from.name === undefined ? undefined : workbench.prompts.listed.get(from.name);
  const why = validateNewName(to.name, workbench, listed);
  if (why !== undefined) throw new Error(why);
}
