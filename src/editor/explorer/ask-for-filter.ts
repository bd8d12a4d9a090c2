/** Asks for the filter of the tree, which is applied with every keystroke. */
import * as vscode from 'vscode';
import type { InputDrafts } from '../asking/drafts.ts';

/** If there is no filter, the last one is offered again, after Escape or a reload of the window. */
const DRAFT = 'filter';

/**
 * Resolves when the person accepts the filter with Enter, or cancels with Escape, which restores the previous one. The
 * input stays open while the tree has the focus.
 * @param apply called with each filter while typing
 */
export async function askForFilter(
  before: string,
  apply: (filter: string) => void,
  drafts: Pick<InputDrafts, 'of' | 'keep' | 'write'>,
): Promise<void> {
  const input = vscode.window.createInputBox();
  input.title = 'Filter Prompts';
  input.placeholder = 'triage modified';
  input.prompt =
    'Part of a name, or a word from the tree, such as modified, conflict, older partials, archived, production or @5. Press Escape to restore the previous filter.';
  input.value = before === '' ? (drafts.of(DRAFT) ?? '') : before;
  // Typing replaces it.
  input.valueSelection = [0, input.value.length];
  input.ignoreFocusOut = true;
  apply(input.value);
  const isTaken = await new Promise<boolean>(resolve => {
    input.onDidChangeValue(text => {
      drafts.keep(DRAFT, text);
      apply(text);
    });
    input.onDidAccept(() => resolve(true));
    input.onDidHide(() => resolve(false));
    input.show();
  });
  // The last keystrokes may arrive together with Enter.
  apply(isTaken ? input.value : before);
  input.dispose();
  await drafts.write();
}
