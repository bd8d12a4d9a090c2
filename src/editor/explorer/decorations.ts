/** Badges and colors of the explorer's prompts, and a dot on folders with changes. */
import * as vscode from 'vscode';
import { foldersAbove } from '../../core/name.ts';
import type { Session } from '../connection/session.ts';
import { EMBEDDED, parseFolderUri, parsePromptUri } from '../versions/uri.ts';
import type { PromptList } from './prompt-list.ts';
import { markOf, type StateWords } from './state-words.ts';

export function registerDecorations(session: Session, prompts: PromptList): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  let folders = new Map<string, StateWords>();
  return vscode.Disposable.from(
    changed,
    prompts.onDidChange(() => {
      folders = unsettledFolders(prompts);
      changed.fire(undefined);
    }),
    vscode.window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration(uri) {
        const folder = parseFolderUri(uri);
        if (folder !== undefined) {
          const words = folders.get(folder);
          return words && decoration('•', words.color, 'Contains prompts that need attention.');
        }
        const address = parsePromptUri(uri);
        if (address === undefined || address.registry !== (session.registry ?? EMBEDDED)) return undefined;
        const listed = prompts.listed.get(address.prompt);
        const words = listed && markOf(listed);
        return words && decoration(words.badge, words.color, words.meaning);
      },
    }),
  );
}

function decoration(badge: string, color: string, tooltip: string): vscode.FileDecoration {
  return new vscode.FileDecoration(badge, tooltip, new vscode.ThemeColor(color));
}

/** Folders with changes; a conflict takes precedence over anything else. */
function unsettledFolders(prompts: PromptList): Map<string, StateWords> {
  const folders = new Map<string, StateWords>();
  for (const listed of prompts.listed.values()) {
    const { name, state } = listed;
    const words = markOf(listed);
    if (words === undefined || state === 'archived') continue;
    for (const folder of foldersAbove(name)) {
      if (!folders.has(folder) || state === 'conflict') folders.set(folder, words);
    }
  }
  return folders;
}
