/** What the name under the mouse is. */
import * as vscode from 'vscode';
import { type Ask, rangeOf } from './answers.ts';
import { PROMPTS } from './selectors.ts';

export function registerHover(ask: Ask): vscode.Disposable {
  return vscode.languages.registerHoverProvider(PROMPTS, {
    async provideHover(document, position, token) {
      const found = await ask('hover', document, { offset: document.offsetAt(position) }, token);
      return found && new vscode.Hover(new vscode.MarkdownString(found.markdown), rangeOf(found.range));
    },
  });
}
