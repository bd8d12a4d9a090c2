/** Quick fixes: requested only if there are problems; they may create files. */
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient';
import type { CodeActionData } from '../../language-server/messages.ts';

/** The server's name in diagnostics. */
const SOURCE = 'PromptForge';

export const codeActions: Pick<Middleware, 'provideCodeActions'> = {
  async provideCodeActions(document, range, context, token, next) {
    const diagnostics = context.diagnostics.filter(({ source }) => source === SOURCE);
    if (diagnostics.length === 0) return [];
    const all = diagnostics.reduce<vscode.Range>((one, other) => one.union(other.range), range);
    const actions = await next(document, all, { ...context, diagnostics }, token);
    for (const action of actions ?? [])
      if (action instanceof vscode.CodeAction && 'data' in action)
        addFiles(action, action.data as CodeActionData);
    return actions;
  },
};

/** Adds new files with their contents to a quick fix; the first one is opened. */
function addFiles(action: vscode.CodeAction, { creates }: CodeActionData): void {
  for (const { uri, text } of creates) {
    const file = vscode.Uri.parse(uri, true);
    action.edit?.createFile(file, { contents: Buffer.from(text), ignoreIfExists: true });
    action.command ??= { command: 'vscode.open', title: 'Open', arguments: [file] };
  }
}
