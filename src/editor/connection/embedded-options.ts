/** The embedded registry's data folder and actor: machine settings, which no workspace can change. */
import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { actorIn } from '../../core/person.ts';

/** @throws Error if the setting is not an absolute path */
export function embeddedOptions(storage: vscode.Uri): { dataFolder: string; actor: string } {
  const settings = vscode.workspace.getConfiguration('promptforge.embedded');
  const folder = settings.get<string>('dataFolder', '').trim();
  if (folder !== '' && !isAbsolute(folder))
    throw new Error(
      `The setting "promptforge.embedded.dataFolder" must be an absolute path; it is "${folder}".`,
    );
  return {
    dataFolder: folder === '' ? vscode.Uri.joinPath(storage, 'registry').fsPath : folder,
    actor: actorIn(settings.get<string>('actor', '')) ?? accountName(),
  };
}

function accountName(): string {
  try {
    return actorIn(userInfo().username) ?? 'me';
  } catch {
    return 'me'; // the system has no name for the account, as in some containers
  }
}
