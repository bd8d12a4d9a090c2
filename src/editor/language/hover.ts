/** The symbol under the mouse. */
import * as vscode from 'vscode';
import { rangeOf, type WorkerRequest } from './answers.ts';
import { PROMPTS, SAMPLES } from './selectors.ts';

export function registerHover(ask: WorkerRequest): vscode.Disposable {
  const provider: vscode.HoverProvider = {
    async provideHover(document, position, token) {
      const found = await ask('hover', document, { offset: document.offsetAt(position) }, token);
      return found && new vscode.Hover(new vscode.MarkdownString(found.markdown), rangeOf(found.range));
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(PROMPTS, provider),
    vscode.languages.registerHoverProvider(SAMPLES, provider),
  );
}
