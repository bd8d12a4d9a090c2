/** VS Code's merge editor. The command that opens it is internal: it is called here alone, with a comparison to fall back on. */
import * as vscode from 'vscode';
import { isMergeInput } from '../versions/tab-documents.ts';

export interface MergeSides {
  readonly base: vscode.Uri;
  readonly theirs: { readonly uri: vscode.Uri; readonly description: string };
  readonly mine: { readonly uri: vscode.Uri; readonly description: string };
  /** The file with conflict markers, from which VS Code knows to start with the automatic merge. */
  readonly output: vscode.Uri;
}

/** @returns false if there is no merge editor; the file is then compared with theirs */
export async function openMergeEditor({ base, theirs, mine, output }: MergeSides): Promise<boolean> {
  try {
    await vscode.commands.executeCommand('_open.mergeEditor', {
      base,
      input1: { uri: theirs.uri, title: 'Registry', description: theirs.description },
      input2: { uri: mine.uri, title: 'Yours', description: mine.description },
      output,
    });
    return true;
  } catch {
    await vscode.commands.executeCommand('vscode.diff', theirs.uri, output);
    return false;
  }
}

/** Completes VS Code's active merge editor, which asks if places remain. @returns `unknown` if no merge editor responds */
export async function acceptMerge(): Promise<'yes' | 'no' | 'unknown'> {
  const done = await vscode.commands
    .executeCommand<{ readonly successful?: boolean } | undefined>('mergeEditor.acceptMerge')
    .then(undefined, () => undefined); // in another version of VS Code, the file is checked instead
  if (done?.successful === undefined) return 'unknown';
  return done.successful ? 'yes' : 'no';
}

/** Returns true if a merge editor of that file is open in any tab. */
export function isBeingMerged(output: vscode.Uri): boolean {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .some(({ input }) => isMergeInput(input) && input.result.toString() === output.toString());
}
