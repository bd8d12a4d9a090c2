/** Asks for the filter of the tree, which follows with every key. */
import * as vscode from 'vscode';
import type { InputDrafts } from '../asking/drafts.ts';

/** The filter that was typed last is offered again where none is set, after Escape or a reload of the window. */
const DRAFT = 'filter';

/**
 * Resolves when the person has taken the filter with Enter, or left it with Escape, which brings back the filter of
 * before. The input stays open while one looks at the tree.
 * @param apply called with each filter, as it is typed
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
  // A key replaces it.
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
  // The last keys may come with Enter itself.
  apply(isTaken ? input.value : before);
  input.dispose();
  await drafts.write();
}
