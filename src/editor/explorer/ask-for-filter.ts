/** Asks for the filter of the tree, which follows with every key. */
import * as vscode from 'vscode';

/**
 * Resolves when the person has taken the filter with Enter, or left it with Escape, which brings back the filter of
 * before. The input stays open while one looks at the tree.
 * @param apply called with each filter, as it is typed
 */
export async function askForFilter(before: string, apply: (filter: string) => void): Promise<void> {
  const input = vscode.window.createInputBox();
  input.title = 'Filter Prompts';
  input.placeholder = 'triage modified';
  input.prompt =
    'Parts of a name, or what the tree says: modified, conflict, older partials, archived, production, @5. Escape brings back what was shown.';
  input.value = before;
  input.ignoreFocusOut = true;
  const isTaken = await new Promise<boolean>(resolve => {
    input.onDidChangeValue(apply);
    input.onDidAccept(() => resolve(true));
    input.onDidHide(() => resolve(false));
    input.show();
  });
  // The last keys may come with Enter itself.
  apply(isTaken ? input.value : before);
  input.dispose();
}
